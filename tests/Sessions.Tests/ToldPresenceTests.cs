using Relay.Yjs;

namespace Relay.Sessions;

public sealed class ToldPresenceTests
{
    private static readonly AwarenessEntry[] Entries =
    [
        new(1, 5, "{}"u8.ToArray()),
        new(2, 7, AwarenessEntry.NullState),
    ];

    [Fact]
    public void Entries_come_with_their_users()
    {
        var ada = PresenceUser.Of("ada");
        var told = ToldPresence.Of(Entries, client => client == 1 ? ada : default);
        var read = ToldPresence.TryDecode(told.Encode())!.Value;
        Assert.Equal([(1UL, 5UL), (2UL, 7UL)], read.Entries.Select(entry => (entry.ClientId, entry.Clock)));
        Assert.Equal(ada, read.UserOf(0));
        Assert.False(read.UserOf(1).IsKnown);
        Assert.NotEqual(PresenceUser.Of("bob"), read.UserOf(0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Without_users_it_is_an_awareness_update(int count)
    {
        var told = ToldPresence.Of(Entries[..count], _ => default);
        Assert.Equal(AwarenessUpdate.Encode(Entries[..count]), told.Encode());
        Assert.Equal(count, ToldPresence.TryDecode(told.Encode())!.Value.Entries.Count);
    }

    [Fact]
    public void What_is_cut_off_or_too_long_does_not_read()
    {
        var bytes = ToldPresence.Of(Entries, _ => PresenceUser.Of("ada")).Encode();
        Assert.Null(ToldPresence.TryDecode(ReadOnlyMemory<byte>.Empty));
        Assert.Null(ToldPresence.TryDecode((byte[])[.. bytes, 0]));
        for (var length = 2; length < bytes.Length; length++)
        {
            Assert.Null(ToldPresence.TryDecode(bytes.AsMemory(0, length)));
        }
    }
}
