using Relay.Backplane;
using Relay.Persistence;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// Completes a deletion: the log says it first, and the snapshots from then on, so that it outlives the log.
/// </summary>
internal static class Tombstone
{
    /// <summary>
    /// Stores the tombstone of a log that says that its document was deleted, and tells the log. May be repeated, by
    /// any node.
    /// </summary>
    /// <param name="log">The log.</param>
    /// <param name="snapshots">The snapshots.</param>
    /// <param name="name">The document.</param>
    /// <param name="deleted">What was read of it.</param>
    /// <param name="now">The time that the tombstone has.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BackplaneUnavailableException">The log cannot be reached.</exception>
    /// <exception cref="SnapshotStoreUnavailableException">The snapshots cannot be reached.</exception>
    public static async ValueTask WriteAsync(IDocumentLog log, ISnapshotStore snapshots, DocumentName name,
        DurableState deleted, DateTimeOffset now, CancellationToken cancellation)
    {
        // A log from before the deletion that came back with a restored Redis is covered by the tombstone that there
        // is.
        if (deleted.Position.Epoch >= deleted.Tombstone.Epoch && deleted.Position != deleted.Tombstone)
        {
            await snapshots.WriteAsync(
                new Snapshot(name, SnapshotKind.Tombstone, deleted.Position, now, default), cancellation);
        }

        await log.CheckpointAsync(name, deleted.Position, Position.None, cancellation);
    }
}
