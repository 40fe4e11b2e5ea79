using Relay.Persistence;
using Relay.Yjs;

namespace Relay.Api;

/// <summary>Stored snapshots, listed and read once for all who ask at the same time. Thread-safe.</summary>
internal sealed class SharedSnapshots(ISnapshotStore store, TimeProvider time)
{
    /// <summary>
    /// How many snapshots a node reads at the same time for requests; a read takes the snapshot's size.
    /// </summary>
    public const int ReadsAtOnce = 8;

    /// <summary>How many may be asked for at the same time; more are refused.</summary>
    private const int Most = 200;

    /// <summary>How many listings; one takes some KiB.</summary>
    private const int ListsAtOnce = 32;

    private readonly SharedCalls<DocumentName, IReadOnlyList<SnapshotInfo>> lists = new(
        async (name, cancellation) => await store.ListAsync(name, cancellation), ListsAtOnce, Most, time);

    private readonly SharedCalls<(DocumentName Name, SnapshotInfo Snapshot), SnapshotReadResult> reads = new(
        async (asked, cancellation) => await store.ReadAsync(asked.Name, asked.Snapshot, cancellation),
        ReadsAtOnce,
        Most,
        time);

    /// <inheritdoc cref="ISnapshotStore.ListAsync"/>
    /// <exception cref="SnapshotStoreUnavailableException">The store cannot be reached, or too many ask.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up, or the store took too long.</exception>
    public Task<IReadOnlyList<SnapshotInfo>> ListAsync(DocumentName name, CancellationToken cancellation) =>
        lists.Ask(name, cancellation) ?? throw TooMany();

    /// <summary>Reads a listed snapshot. All who share the read get the same memory.</summary>
    /// <exception cref="SnapshotStoreUnavailableException">The store cannot be reached or read, or too many
    /// ask.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up, or the store took too long.</exception>
    public Task<SnapshotReadResult> ReadAsync(
        DocumentName name, SnapshotInfo snapshot, CancellationToken cancellation) =>
        reads.Ask((name, snapshot), cancellation) ?? throw TooMany();

    private static SnapshotStoreUnavailableException TooMany() =>
        new("Too many others are asked for at the moment.");
}
