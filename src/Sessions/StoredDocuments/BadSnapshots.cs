using Relay.Backplane;
using Relay.Persistence;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// Sets aside a snapshot that does not read. Its document then opens from what is left: the snapshot before it and the
/// log. The snapshot is kept. Where what is left is less than the document was, the caller must accept the loss first.
/// </summary>
/// <remarks>
/// The log is written to before the snapshot is removed, so that a later request completes one that ended in between.
/// Where no content is lost, the log gets an entry: it may have been covered by that snapshot alone, and would expire.
/// Otherwise the log begins anew with what is left: a session of another node may still have what is lost, under a
/// position that would name another history from now on; so it reconciles and appends it again.
/// </remarks>
internal sealed class BadSnapshots(ISnapshotStore snapshots, DurableStateReader durable, LogRenewal renewal)
{
    /// <summary>Entries would have to come between each reading and the next step.</summary>
    private const int Tries = 10;

    /// <param name="name">The document.</param>
    /// <param name="snapshot">One of its listed snapshots; no tombstone.</param>
    /// <param name="acceptsLoss">Whether what only this snapshot holds may be lost.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BackplaneUnavailableException">The log cannot be read or written now.</exception>
    /// <exception cref="SnapshotStoreUnavailableException">The snapshots cannot be read or written now.</exception>
    public async Task<SetAsideResult> SetAsideAsync(
        DocumentName name, SnapshotInfo snapshot, bool acceptsLoss, CancellationToken cancellation)
    {
        var read = await snapshots.ReadAsync(name, snapshot, cancellation);
        if (read.Outcome == SnapshotReadOutcome.Gone)
        {
            return new SetAsideResult(SetAsideOutcome.Gone);
        }

        if (read.Snapshot is { } whole && durable.Reads(whole.Update))
        {
            return new SetAsideResult(SetAsideOutcome.Reads);
        }

        for (var i = 0; i < Tries; i++)
        {
            var (loss, left) = await FindLossAsync(name, snapshot.Position, cancellation);
            if (loss is not null && !acceptsLoss)
            {
                return new SetAsideResult(SetAsideOutcome.WouldLose, Loss: loss);
            }

            if (await PrepareAsync(name, left, isLess: loss is not null, cancellation))
            {
                return await snapshots.SetAsideAsync(name, snapshot, cancellation) is { } place
                    ? new SetAsideResult(SetAsideOutcome.Done, place, loss, left.Outcome == DurableOutcome.Read)
                    : new SetAsideResult(SetAsideOutcome.Gone);
            }
        }

        throw new BackplaneUnavailableException($"The log of document '{name}' changed under every attempt.");
    }

    /// <summary>Has the log say what is left; false if it has changed since that was read.</summary>
    private async ValueTask<bool> PrepareAsync(
        DocumentName name, DurableState left, bool isLess, CancellationToken cancellation)
    {
        if (left.Outcome != DurableOutcome.Read)
        {
            // It does not open without this snapshot either, or is deleted then: the log stays as it is.
            return true;
        }

        if (isLess)
        {
            return await renewal.TryBeginAsync(name, left, cancellation);
        }

        await renewal.MoveOnAsync(name, left, cancellation);
        return true;
    }

    /// <summary>What is lost without the snapshot, and what is left.</summary>
    private async Task<(string? Loss, DurableState Left)> FindLossAsync(
        DocumentName name, Position bad, CancellationToken cancellation)
    {
        var present = await durable.ReadAsync(name, cancellation);
        if (present.Outcome != DurableOutcome.Unreadable)
        {
            return (null, present);
        }

        var left = await durable.ReadWithoutAsync(name, bad, acceptsGap: false, cancellation);
        if (left.Outcome == DurableOutcome.Deleted)
        {
            return ("What is left says that the document was deleted.", left);
        }

        if (left.Outcome == DurableOutcome.Unreadable)
        {
            var merged = await durable.ReadWithoutAsync(name, bad, acceptsGap: true, cancellation);
            if (merged.Outcome != DurableOutcome.Read)
            {
                return ($"The document cannot be opened without it either. {left.Problem}", left);
            }

            left = merged;
        }

        var from = left.Saved.IsNone ? "from the log alone" : $"from its snapshot at {left.Saved}";
        var loss = $"The document goes on {from}; what was written after that, up to {bad}, is lost unless the log or "
            + "a client still has it.";
        return (loss, left);
    }
}
