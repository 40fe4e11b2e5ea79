using Relay.Backplane;
using Relay.Persistence;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// Takes a snapshot that does not read out of the way of its document, which then opens from what is left: the snapshot before it and the log. Nothing is deleted. Where what is left is less than the document was, somebody must
/// say first that it may be.
/// </summary>
internal sealed class BadSnapshots(ISnapshotStore snapshots, DurableStateReader durable, TimeProvider time)
{
    /// <param name="name">The document.</param>
    /// <param name="snapshot">One of its listed snapshots; no tombstone.</param>
    /// <param name="acceptsLoss">Whether what only this snapshot holds may be lost.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BackplaneUnavailableException">The log cannot be read now.</exception>
    /// <exception cref="SnapshotStoreUnavailableException">The snapshots cannot be read or written now.</exception>
    public async Task<SetAsideResult> SetAsideAsync(DocumentName name, SnapshotInfo snapshot, bool acceptsLoss, CancellationToken cancellation)
    {
        var read = await snapshots.ReadAsync(name, snapshot, cancellation);
        if (read.Outcome == SnapshotReadOutcome.Gone)
        {
            return new SetAsideResult(SetAsideOutcome.Gone);
        }

        if (read.Snapshot is { } whole && new YDocument().TryApply(whole.Update, out _, out _))
        {
            return new SetAsideResult(SetAsideOutcome.Reads);
        }

        var (loss, left, isGap) = await FindLossAsync(name, snapshot.Position, cancellation);
        if (loss is not null && !acceptsLoss)
        {
            return new SetAsideResult(SetAsideOutcome.WouldLose, Loss: loss);
        }

        // The log alone does not say that its gap is to be accepted; a snapshot of what there is makes the document one that opens. It comes first, so that whoever is interrupted can ask again, unless the bad one has its place.
        var isInTheWay = left.Position == snapshot.Position;
        if (isGap && !isInTheWay)
        {
            await StoreAsync(name, left, cancellation);
        }

        if (await snapshots.SetAsideAsync(name, snapshot, cancellation) is not { } place)
        {
            return new SetAsideResult(SetAsideOutcome.Gone);
        }

        if (isGap && isInTheWay)
        {
            await StoreAsync(name, left, cancellation);
        }

        return new SetAsideResult(SetAsideOutcome.Done, place, loss, left.Outcome == DurableOutcome.Read);
    }

    private ValueTask StoreAsync(DocumentName name, DurableState left, CancellationToken cancellation) =>
        snapshots.WriteAsync(new Snapshot(name, SnapshotKind.State, left.Position, time.GetUtcNow(), left.Document.EncodeState()), cancellation);

    /// <summary>What is lost without the snapshot, what is left, and whether that lacks something between snapshot and log.</summary>
    private async Task<(string? Loss, DurableState Left, bool IsGap)> FindLossAsync(DocumentName name, Position bad, CancellationToken cancellation)
    {
        var present = await durable.ReadAsync(name, cancellation);
        if (present.Outcome != DurableOutcome.Unreadable)
        {
            return (null, present, false);
        }

        var left = await durable.ReadWithoutAsync(name, bad, acceptsGap: false, cancellation);
        if (left.Outcome == DurableOutcome.Deleted)
        {
            return ("What is left says that the document was deleted.", left, false);
        }

        var isGap = false;
        if (left.Outcome == DurableOutcome.Unreadable)
        {
            var merged = await durable.ReadWithoutAsync(name, bad, acceptsGap: true, cancellation);
            if (merged.Outcome != DurableOutcome.Read)
            {
                return ($"The document cannot be opened without it either. {left.Problem}", left, false);
            }

            (left, isGap) = (merged, true);
        }

        var from = left.Saved.IsNone ? "from nothing but the log" : $"from its snapshot at {left.Saved}";
        return ($"The document goes on {from}; what was written after that, up to {bad}, is lost unless the log or somebody's copy has it.", left, isGap);
    }
}
