using Relay.Persistence;
using Relay.Yjs;

namespace Relay.Simulation;

/// <summary>One process's way to the snapshot store.</summary>
internal sealed class SnapshotClient(Process process, World world) : ISnapshotStore
{
    public ValueTask WriteAsync(Snapshot snapshot, CancellationToken cancellation)
    {
        var written = world.Upgrade?.Written(process, snapshot) ?? snapshot;
        return new ValueTask(Call(
            () =>
            {
                world.Of(snapshot.Document).Snapshots.Write(process, written);
                return true;
            },
            cancellation,
            "write of a snapshot").AsTask());
    }

    public ValueTask<IReadOnlyList<SnapshotInfo>> ListAsync(DocumentName document, CancellationToken cancellation) =>
        Call(world.Of(document).Snapshots.List, cancellation, "listing of snapshots");

    public ValueTask<SnapshotReadResult> ReadAsync(DocumentName document, SnapshotInfo snapshot,
        CancellationToken cancellation) =>
        Call(() => world.Of(document).Snapshots.Read(process, snapshot.Position), cancellation, "read of a snapshot");

    public ValueTask DeleteAsync(DocumentName document, SnapshotInfo snapshot, CancellationToken cancellation) =>
        new(Call(
            () =>
            {
                world.Of(document).Snapshots.Delete(process, snapshot.Position);
                return true;
            },
            cancellation,
            "deletion of a snapshot").AsTask());

    /// <summary>Only administrators do this, and there are none in a schedule.</summary>
    public ValueTask<string?> SetAsideAsync(DocumentName document, SnapshotInfo snapshot,
        CancellationToken cancellation) => throw new InvalidOperationException();

    private ValueTask<T> Call<T>(Func<T> effect, CancellationToken cancellation, string what) =>
        world.Calls.Make(process, world.SnapshotService, effect,
            () => new SnapshotStoreUnavailableException("The connection is lost."), cancellation, what: what);
}
