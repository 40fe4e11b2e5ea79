using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// A read as decided against the index: the answer without its entries, and where the entries stand. Their segments are
/// acquired, so that they can be read without a lock; <see cref="Release"/> ends that.
/// </summary>
/// <param name="Frame">The answer, without entries.</param>
/// <param name="Before">The position before the first entry.</param>
/// <param name="Entries">Where the entries stand, in order.</param>
internal readonly record struct PlannedRead(LogReadResult Frame, Position Before, HeldEntry[] Entries)
{
    /// <summary>The bytes of all records to read.</summary>
    public long Bytes => Entries.Sum(entry => (long)entry.Length);

    /// <summary>Plans a read of what follows a position. The caller holds the index lock.</summary>
    /// <param name="document">The document; null if the log does not know it.</param>
    /// <param name="after">The position; <see cref="Position.None"/> for the beginning.</param>
    public static PlannedRead Of(IndexedDocument? document, Position after)
    {
        if (document is null || (document.End.IsNone && document.Problem is null))
        {
            return new PlannedRead(
                new LogReadResult(LogReadOutcome.NoLog, [], Position.None, Position.None), Position.None, []);
        }

        var outcome = Judge(document, after);
        var frame = new LogReadResult(outcome, [], document.End, document.Start, document.Problem);
        var before = outcome == LogReadOutcome.Entries && !after.IsNone ? after : document.Start;
        var count = outcome == LogReadOutcome.Damaged ? 0 : document.End.Offset - before.Offset;
        var entries = count == 0 ? [] : new HeldEntry[count];
        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = document.Held[before.Offset + 1 + i];
            entries[i].Segment.Acquire();
        }

        return new PlannedRead(frame, before, entries);
    }

    public void Release()
    {
        foreach (var entry in Entries)
        {
            entry.Segment.Release();
        }
    }

    private static LogReadOutcome Judge(IndexedDocument document, Position after) =>
        document.Problem is not null ? LogReadOutcome.Damaged
        : after.IsNone ? (document.Start.Offset == 0 ? LogReadOutcome.Entries : LogReadOutcome.Trimmed)
        : after.Epoch != document.End.Epoch ? LogReadOutcome.OtherEpoch
        : after.Offset > document.End.Offset ? LogReadOutcome.BeyondEnd
        : after.Offset < document.Start.Offset ? LogReadOutcome.Trimmed
        : document.Has(after) ? LogReadOutcome.Entries
        : LogReadOutcome.OtherEntry;
}
