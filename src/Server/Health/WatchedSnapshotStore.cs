using Relay.Persistence;
using Relay.Yjs;

namespace Relay.Health;

/// <summary>A snapshot store, and what its calls say about it.</summary>
internal sealed class WatchedSnapshotStore(ISnapshotStore store, ServiceHealth health) : ISnapshotStore
{
    public async ValueTask WriteAsync(Snapshot snapshot, CancellationToken cancellation) =>
        await WatchAsync(WithoutResult(store.WriteAsync(snapshot, cancellation)));

    public ValueTask<IReadOnlyList<SnapshotInfo>> ListAsync(DocumentName document, CancellationToken cancellation) =>
        WatchAsync(store.ListAsync(document, cancellation));

    public ValueTask<SnapshotReadResult> ReadAsync(DocumentName document, SnapshotInfo snapshot,
        CancellationToken cancellation) => WatchAsync(store.ReadAsync(document, snapshot, cancellation));

    public async ValueTask DeleteAsync(DocumentName document, SnapshotInfo snapshot, CancellationToken cancellation) =>
        await WatchAsync(WithoutResult(store.DeleteAsync(document, snapshot, cancellation)));

    public ValueTask<string?> SetAsideAsync(DocumentName document, SnapshotInfo snapshot,
        CancellationToken cancellation) => WatchAsync(store.SetAsideAsync(document, snapshot, cancellation));

    private async ValueTask<T> WatchAsync<T>(ValueTask<T> call)
    {
        try
        {
            var result = await call;
            health.Worked();
            return result;
        }
        catch (SnapshotStoreUnavailableException exception) when (!exception.IsPositionTaken)
        {
            health.Failed();
            throw;
        }
    }

    private static async ValueTask<bool> WithoutResult(ValueTask task)
    {
        await task;
        return true;
    }
}
