using Relay.Backplane;
using Relay.Persistence;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// The calls that store a snapshot and trim the log. Without state.
/// </summary>
internal sealed partial class SnapshotWriter(
    SessionContext context, IDocumentLog log, ISaveJobs jobs, ISnapshotStore store, IRoomActivity? activity)
{
    /// <summary>
    /// Saves unless another node does: then no snapshot is written, and its claim says what it has saved so far.
    /// </summary>
    /// <param name="snapshot">What is stored.</param>
    /// <param name="known">The snapshots that the session knew when the save began.</param>
    /// <param name="withoutClaim">
    /// Save also if another node has claimed it: two nodes that save one position write one snapshot.
    /// </param>
    /// <param name="done">Takes the outcome.</param>
    /// <param name="failed">Takes what a store threw.</param>
    public void Start(
        Snapshot snapshot,
        SavedPositions known,
        bool withoutClaim,
        Action<SaveOutcome> done,
        Action<Exception> failed) =>
        context.Effects.Start(
            context.Settings.LongCallTimeout,
            cancellation => DocumentTraces.TraceAsync(
                "document.save", context.Name, _ => SaveAsync(snapshot, known, withoutClaim, cancellation)),
            done,
            failed);

    /// <summary>Gives the claim back after a failure: another node may reach the store.</summary>
    public void GiveBack(Exception failure) => context.Effects.Start(
        context.Settings.CallTimeout,
        cancellation => jobs.FailAsync(context.Name, failure.Message, cancellation),
        static () => { },
        static _ => { });

    private async ValueTask<SaveOutcome> SaveAsync(
        Snapshot snapshot, SavedPositions known, bool withoutClaim, CancellationToken cancellation)
    {
        var time = context.Effects.Environment.Time;
        var started = time.GetTimestamp();
        try
        {
            var claim = withoutClaim ? new SaveClaim(true, Position.None) : await ClaimAsync(cancellation);
            var outcome = new SaveOutcome(claim, null, []);
            if (claim.IsGranted && claim.Saved != snapshot.Position)
            {
                outcome = await DocumentTraces.StepAsync(
                    "snapshot.store", _ => StoreAsync(claim, snapshot, known, cancellation));
            }

            if (claim.IsGranted)
            {
                context.Metrics.Saved(time.GetElapsedTime(started), succeeded: true);
                activity?.Saved(snapshot.Update.Length);
            }

            return outcome;
        }
        catch
        {
            context.Metrics.Saved(time.GetElapsedTime(started), succeeded: false);
            throw;
        }
    }

    private async ValueTask<SaveClaim> ClaimAsync(CancellationToken cancellation)
    {
        try
        {
            return await DocumentTraces.StepAsync(
                "job.claim", _ => jobs.ClaimAsync(context.Name, context.Settings.SaveLease, cancellation));
        }
        catch (BackplaneUnavailableException exception)
        {
            // A claim saves work only: two nodes that save one position write one snapshot.
            LogClaimFailed(context.Logger, exception, context.Name);
            return new SaveClaim(true, Position.None);
        }
    }

    /// <summary>
    /// Stores a snapshot, trims the log and looks whether it still has the snapshot's position. A log that is gone has
    /// expired where this position was covered before; otherwise it was lost.
    /// </summary>
    private async ValueTask<SaveOutcome> StoreAsync(
        SaveClaim claim, Snapshot snapshot, SavedPositions known, CancellationToken cancellation)
    {
        await store.WriteAsync(snapshot, cancellation);
        IReadOnlyList<SnapshotInfo> listing = [];
        try
        {
            // The log keeps what the second newest snapshot does not cover, so that a newest one that turns out
            // unreadable costs no update. Counted from this one: newer ones may be of a history that a failover lost.
            listing = await store.ListAsync(context.Name, cancellation);
            var second = listing.Select(s => s.Position)
                .Where(position => !known.Unreadable.Contains(position))
                .SkipWhile(position => position != snapshot.Position)
                .Skip(1)
                .FirstOrDefault();
            await log.CheckpointAsync(context.Name, snapshot.Position, second, cancellation);
            var after = await log.ReadAsync(context.Name, snapshot.Position, cancellation);
            var stands = after.Outcome switch
            {
                LogReadOutcome.Entries or LogReadOutcome.Trimmed => true,
                LogReadOutcome.NoLog => snapshot.Position == known.Covered,
                _ => false,
            };
            if (stands)
            {
                await PruneAsync(snapshot, after.Start, listing, known, cancellation);
            }

            return new SaveOutcome(claim, stands, listing);
        }
        catch (Exception exception)
        {
            // The snapshot is stored, and the next one makes up for this. Until then the log keeps more than it must,
            // and a restart looks at the document once more.
            LogCheckpointFailed(context.Logger, exception, context.Name);
            return new SaveOutcome(claim, null, listing);
        }
    }

    /// <summary>
    /// Deletes what retention keeps no longer, but not the snapshot at which the log begins: newer ones may all be of
    /// histories that failovers lose, and the log needs one that reaches its beginning. For the same reason a snapshot
    /// that is not of the log's history deletes none.
    /// </summary>
    private async ValueTask PruneAsync(Snapshot snapshot, Position start, IReadOnlyList<SnapshotInfo> listing,
        SavedPositions known, CancellationToken cancellation)
    {
        var deletable = context.Settings.Retention.Deletable(listing, known.Unreadable, context.Now);
        foreach (var old in CoveredSnapshots.Prunable(deletable, listing, snapshot).Where(s => s.Position != start))
        {
            await store.DeleteAsync(context.Name, old, cancellation);
        }
    }
}
