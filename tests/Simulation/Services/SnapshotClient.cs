using Relay.Persistence;
using Relay.Yjs;

namespace Relay.Simulation;

/// <summary>One process's way to the snapshot store.</summary>
internal sealed class SnapshotClient(Process process, Snapshots snapshots, Calls calls) : ISnapshotStore
{
    public async ValueTask WriteAsync(Snapshot snapshot, CancellationToken cancellation) =>
        await Call(
            () =>
            {
                snapshots.Write(process, snapshot);
                return true;
            },
            cancellation);

    public ValueTask<IReadOnlyList<SnapshotInfo>> ListAsync(DocumentName document, CancellationToken cancellation) =>
        Call(snapshots.List, cancellation);

    public ValueTask<SnapshotReadResult> ReadAsync(DocumentName document, SnapshotInfo snapshot,
        CancellationToken cancellation) =>
        Call(() => snapshots.Read(snapshot.Position), cancellation);

    public async ValueTask DeleteAsync(DocumentName document, SnapshotInfo snapshot, CancellationToken cancellation) =>
        await Call(
            () =>
            {
                snapshots.Delete(process, snapshot.Position);
                return true;
            },
            cancellation);

    /// <summary>Only administrators do this, and there are none in a schedule.</summary>
    public ValueTask<string?> SetAsideAsync(DocumentName document, SnapshotInfo snapshot,
        CancellationToken cancellation) => throw new InvalidOperationException();

    private ValueTask<T> Call<T>(Func<T> effect, CancellationToken cancellation) =>
        calls.Make(process, snapshots.Service, effect,
            () => new SnapshotStoreUnavailableException("The connection is lost."), cancellation);
}
