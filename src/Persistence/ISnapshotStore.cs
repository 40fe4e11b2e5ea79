using Relay.Yjs;

namespace Relay.Persistence;

/// <summary>
/// Keeps whole encoded documents, each with the position that it covers. Snapshots are never overwritten: one position
/// has one key. Thread-safe, also between nodes. A snapshot that is not there is a value; a store that cannot be
/// reached throws <see cref="SnapshotStoreUnavailableException"/> and is never "no snapshot".
/// </summary>
public interface ISnapshotStore
{
    /// <summary>
    /// Stores a snapshot durably and reads it back: once this has completed, it counts. Storing the same position again
    /// has no effect.
    /// </summary>
    /// <exception cref="SnapshotStoreUnavailableException">The store cannot be reached or written, or gave back other
    /// bytes than it was given; or <see cref="SnapshotStoreUnavailableException.IsPositionTaken"/>.</exception>
    ValueTask WriteAsync(Snapshot snapshot, CancellationToken cancellation);

    /// <summary>
    /// The document's snapshots, newest first (by epoch, then offset); empty when there is none. What does not read is
    /// listed too.
    /// </summary>
    /// <exception cref="SnapshotStoreUnavailableException">The store cannot be reached or read.</exception>
    ValueTask<IReadOnlyList<SnapshotInfo>> ListAsync(DocumentName document, CancellationToken cancellation);

    /// <summary>Reads a listed snapshot and checks it wholly. One that does not read is kept where it is.</summary>
    /// <exception cref="SnapshotStoreUnavailableException">The store cannot be reached or read.</exception>
    ValueTask<SnapshotReadResult> ReadAsync(DocumentName document, SnapshotInfo snapshot,
        CancellationToken cancellation);

    /// <summary>Removes a listed snapshot. One that is already gone is no error.</summary>
    /// <exception cref="SnapshotStoreUnavailableException">The store cannot be reached or written.</exception>
    ValueTask DeleteAsync(DocumentName document, SnapshotInfo snapshot, CancellationToken cancellation);

    /// <summary>
    /// Moves a listed snapshot that does not read to another name, which no listing shows; its bytes stay beside the
    /// others, and its position is free. The call may be repeated after a failure.
    /// </summary>
    /// <returns>Where it lies now, for people; null if it was not there.</returns>
    /// <exception cref="SnapshotStoreUnavailableException">The store cannot be reached or written.</exception>
    ValueTask<string?> SetAsideAsync(DocumentName document, SnapshotInfo snapshot, CancellationToken cancellation);
}
