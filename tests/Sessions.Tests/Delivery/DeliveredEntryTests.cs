using Relay.Doubles;

namespace Relay.Sessions;

public sealed class DeliveredEntryTests
{
    [Fact]
    public void An_entry_is_read_once_for_all_who_fall_behind()
    {
        var entry = new DeliveredEntry(Messages.Typed(1, 0, "a"), null);
        var past = new CountedPast();
        entry.RemoveFrom(past);
        entry.RemoveFrom(past);
        Assert.Equal((2, 1), (past.Removed, past.Read));
    }

    private sealed class CountedPast : IPastContent
    {
        public int Removed { get; private set; }

        public int Read { get; private set; }

        public void Remove(ReadOnlyMemory<byte> update, ref object? read)
        {
            Removed++;
            Read += read is null ? 1 : 0;
            read ??= this;
        }

        public byte[] EncodeStateVector() => [];
    }
}
