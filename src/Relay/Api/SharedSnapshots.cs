using Relay.Persistence;
using Relay.Yjs;

namespace Relay.Api;

/// <summary>Stored snapshots, listed and read once for all who ask at the same time. Thread-safe.</summary>
internal sealed class SharedSnapshots(ISnapshotStore store, TimeProvider time) : IDisposable
{
    /// <summary>How many snapshots a node reads at the same time for requests; a read takes the snapshot's size.</summary>
    public const int ReadsAtOnce = 8;

    /// <summary>How many listings; one takes some KiB.</summary>
    private const int ListsAtOnce = 32;

    private readonly SharedCalls<DocumentName, IReadOnlyList<SnapshotInfo>> lists = new(
        async (name, cancellation) => await store.ListAsync(name, cancellation), ListsAtOnce, time);

    private readonly SharedCalls<(DocumentName Name, SnapshotInfo Snapshot), SnapshotReadResult> reads = new(
        async (asked, cancellation) => await store.ReadAsync(asked.Name, asked.Snapshot, cancellation),
        ReadsAtOnce,
        time);

    /// <inheritdoc cref="ISnapshotStore.ListAsync"/>
    /// <exception cref="OperationCanceledException">The caller gave up, or the store took too long.</exception>
    public Task<IReadOnlyList<SnapshotInfo>> ListAsync(DocumentName name, CancellationToken cancellation) =>
        lists.AskAsync(name, cancellation);

    /// <summary>Reads a listed snapshot. All who share the read get the same memory.</summary>
    /// <exception cref="SnapshotStoreUnavailableException">The store cannot be reached or read.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up, or the store took too long.</exception>
    public Task<SnapshotReadResult> ReadAsync(
        DocumentName name, SnapshotInfo snapshot, CancellationToken cancellation) =>
        reads.AskAsync((name, snapshot), cancellation);

    public void Dispose()
    {
        lists.Dispose();
        reads.Dispose();
    }
}
