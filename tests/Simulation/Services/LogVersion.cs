using Relay.Backplane;
using Relay.Yjs;

namespace Relay.Simulation;

/// <summary>A document's log as it was at one moment: what a replica that lags still has.</summary>
internal sealed record LogVersion(Position Start, LoggedEntry[] Entries, Position Saved)
{
    public Position End => Entries.Length > 0 ? Entries[^1].Position : Start;

    public bool IsCovered => Saved == End;

    /// <summary>What was written, without deletions and creations of the document.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Updates =>
        Entries.Where(e => e.Kind == EntryKind.Update).Select(e => e.Payload);

    /// <summary>Whether the position is one of this log, from its start to its end.</summary>
    public bool Has(Position position) =>
        position == Start || (!position.IsNone && Array.Exists(Entries, e => e.Position == position));

    public LogReadResult Read(Position after)
    {
        var outcome =
            after.IsNone ? (Start.Offset == 0 ? LogReadOutcome.Entries : LogReadOutcome.Trimmed)
            : after.Epoch != End.Epoch ? LogReadOutcome.OtherEpoch
            : after.Offset > End.Offset ? LogReadOutcome.BeyondEnd
            : after.Offset < Start.Offset ? LogReadOutcome.Trimmed
            : Has(after) ? LogReadOutcome.Entries
            : LogReadOutcome.OtherEntry;
        var from = outcome == LogReadOutcome.Entries && !after.IsNone ? after.Offset - Start.Offset : 0;
        return new LogReadResult(outcome, Entries[(int)from..], End, Start);
    }

    /// <summary>
    /// Both positions name exact entries: where the saved one is of another history, the snapshots that its writer saw
    /// may be, too.
    /// </summary>
    public LogVersion Checkpoint(Position saved, Position trimThrough)
    {
        if (!Has(saved))
        {
            return this;
        }

        var newSaved = saved.Offset > Saved.Offset ? saved : Saved;
        var newStart = Has(trimThrough) && trimThrough.Offset <= saved.Offset && trimThrough.Offset > Start.Offset
            ? trimThrough
            : Start;
        return newSaved == Saved && newStart == Start
            ? this
            : new LogVersion(newStart, Entries[(int)(newStart.Offset - Start.Offset)..], newSaved);
    }
}
