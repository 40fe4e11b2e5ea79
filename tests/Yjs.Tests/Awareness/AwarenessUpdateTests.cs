namespace Relay.Yjs.Awareness;

public sealed class AwarenessUpdateTests
{
    [Theory]
    [InlineData("", "nothing at all")]
    [InlineData("01", "an entry is missing")]
    [InlineData("0101", "no clock")]
    [InlineData("010101", "no state")]
    [InlineData("010101037b7d", "a state that is cut off")]
    [InlineData("010101027b7d00", "a byte too many")]
    [InlineData("010101017b", "invalid JSON")]
    [InlineData("01010100", "an empty state")]
    [InlineData("020101027b7d0102027b7d", "a client listed twice")]
    [InlineData("01ffffffffffffff1f01027b7d", "a client id beyond 2^53 - 1")]
    [InlineData("0101ffffffffffffff1f027b7d", "a clock beyond 2^53 - 1")]
    [InlineData("0b", "more entries than allowed")]
    [InlineData("ffffffffffffff0f", "more entries than bytes")]
    public void What_a_client_would_stumble_over_is_refused_wholly(string hex, string why)
    {
        Assert.False(AwarenessUpdate.TryDecode(Convert.FromHexString(hex), 10, out var entries, out var error), why);
        Assert.Empty(entries);
        Assert.NotEmpty(error.Message);
        Assert.InRange(error.Offset, 0, hex.Length / 2);
    }

    [Fact]
    public void Largest_ids_and_clocks_pass()
    {
        AwarenessEntry[] entries = [new(Lib0Reader.MaxSafeInteger, Lib0Reader.MaxSafeInteger, "[1]"u8.ToArray()),
            new(0, 0, AwarenessEntry.NullState)];
        Assert.True(AwarenessUpdate.TryDecode(AwarenessUpdate.Encode(entries), 2, out var decoded, out var error),
            error.ToString());
        Assert.Equal(entries.Select(e => (e.ClientId, e.Clock, Convert.ToHexString(e.State.Span))),
            decoded.Select(e => (e.ClientId, e.Clock, Convert.ToHexString(e.State.Span))));
        Assert.Equal([false, true], decoded.Select(entry => entry.IsNull));
        Assert.False(AwarenessUpdate.TryDecode(AwarenessUpdate.Encode(entries), 1, out _, out _));
    }

    [Fact]
    public void Entries_share_the_memory_of_the_update()
    {
        var update = AwarenessUpdate.Encode([new AwarenessEntry(1, 2, "{\"a\":1}"u8.ToArray())]);
        Assert.True(AwarenessUpdate.TryDecode(update, 1, out var entries, out _));
        Assert.True(entries[0].State.Span.Overlaps(update));
    }

    [Fact]
    public void A_declared_count_allocates_nothing()
    {
        byte[] update = [0xFF, 0xFF, 0xFF, 0x07, 1, 1, 2, (byte)'{', (byte)'}'];
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(AwarenessUpdate.TryDecode(update, int.MaxValue, out _, out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4_096);
    }
}
