using static Relay.Links.LinkSamples;

namespace Relay.Links;

public sealed class LinkQueueTests
{
    private readonly LinkQueue queue = new(10_000);

    [Fact]
    public void Of_each_client_only_the_presence_that_was_told_last_waits()
    {
        for (ulong clock = 1; clock <= 100; clock++)
        {
            Assert.True(queue.TryAdd(Changes((1, clock, $"\"{clock}\""), (2, 1, "{}"))));
        }

        Assert.True(queue.TryAdd(Changes((2, 1, "null"))));
        var item = Assert.Single(queue.Take(long.MaxValue));
        Assert.Equal(new Dictionary<ulong, string> { [1] = "\"100\"", [2] = "null" }, StatesIn(item.Content));
        Assert.Equal((0, true), (queue.Bytes, queue.IsEmpty));
        Assert.True(queue.TryAdd(Changes((1, 101, "{}"))));
        Assert.Single(queue.Take(long.MaxValue));
    }

    [Fact]
    public void The_users_of_entries_that_are_merged_stay()
    {
        queue.TryAdd(Changes((1, 1, "{}")));
        queue.TryAdd(Changes((2, 1, "{}")));
        var told = Relay.Sessions.ToldPresence.TryDecode(queue.Take(long.MaxValue)[0].Content)!.Value;
        Assert.Equal(
            [Relay.Sessions.PresenceUser.Of("user 1"), Relay.Sessions.PresenceUser.Of("user 2")], told.Users);
    }

    [Fact]
    public void Presence_is_not_merged_across_what_says_all_nor_across_sessions_of_the_document()
    {
        queue.TryAdd(Changes((1, 1, "{}")));
        queue.TryAdd(Of(LinkItemKind.Here));
        queue.TryAdd(Changes((1, 2, "{}")));
        queue.TryAdd(Changes((1, 3, "{}")) with { Opening = 2 });
        Assert.Equal(
            [LinkItemKind.Changes, LinkItemKind.Here, LinkItemKind.Changes, LinkItemKind.Changes],
            queue.Take(long.MaxValue).Select(item => item.Kind));
    }

    [Fact]
    public void Messages_keep_their_order_and_are_dropped_when_there_is_no_room()
    {
        var added = 0;
        while (queue.Dropped == 0)
        {
            Assert.True(queue.TryAdd(Message((byte)added++, 500)));
        }

        Assert.InRange(queue.Bytes, 9_000, 10_000);
        Assert.Equal(Enumerable.Range(0, added - 1),
            queue.Take(long.MaxValue).Select(item => (int)item.Content.Span[0]));
    }

    [Fact]
    public void Presence_that_has_no_room_is_refused_and_not_dropped()
    {
        Assert.True(queue.TryAdd(Changes((1, 1, $"\"{new string('x', 9_000)}\""))));
        Assert.False(queue.TryAdd(Changes((2, 1, $"\"{new string('x', 9_000)}\""))));
        Assert.Equal(0, queue.Dropped);
    }

    [Fact]
    public void A_batch_has_about_as_many_bytes_as_are_asked_for_and_at_least_one_item()
    {
        for (var i = 0; i < 10; i++)
        {
            queue.TryAdd(Message(1, 500));
        }

        Assert.Equal(2, queue.Take(600).Count);
        Assert.Single(queue.Take(1));
        Assert.Equal(7, queue.Take(long.MaxValue).Count);
    }

    [Fact]
    public void Presence_that_does_not_read_is_passed_on_as_it_is()
    {
        var unknown = Changes() with { Content = new byte[] { 9, 9, 9 } };
        queue.TryAdd(unknown);
        queue.TryAdd(unknown);
        Assert.Equal(2, queue.Take(long.MaxValue).Count);
    }
}
