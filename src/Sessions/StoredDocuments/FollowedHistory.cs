using Relay.Backplane;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// Which part of a document that was read every session that follows its log has, and which part such a session may
/// lack.
/// </summary>
/// <param name="snapshots">The document's snapshots; those that count are merged.</param>
/// <param name="kind">What documents are.</param>
/// <param name="covered">A snapshot that the caller knows to be stored while its log was alive;
/// <see cref="Position.None"/> for none.</param>
internal sealed class FollowedHistory(MergedSnapshots snapshots, IContentKind kind, Position covered)
{
    /// <summary>
    /// The clock that dates snapshots and the one that epochs are taken from may differ by as much. A snapshot that was
    /// stored so shortly before the log began counts as unknown: what only it has is appended once more than necessary.
    /// </summary>
    private static readonly TimeSpan MostClockDifference = TimeSpan.FromMinutes(1);

    /// <summary>
    /// What only snapshots have that a session may lack which follows the log. Sessions that have read it and others
    /// would be at one position with different documents, so it is to be appended.
    /// </summary>
    public ReadOnlyMemory<byte> Strays(IReadOnlyList<LoggedEntry> entries, Position inLog, long epoch)
    {
        var known = Known(entries, inLog, epoch);
        if (ReferenceEquals(known, snapshots.Document))
        {
            return default;
        }

        _ = known.TryGetNews(snapshots.Document.EncodeState(), out var strays, out _, isAccepted: true);
        return strays;
    }

    /// <summary>
    /// What every session that follows this log surely has. Each has read the snapshots after the log had begun, so it
    /// has those that were stored before. One that was stored later, by a node that went on with a history that is
    /// lost, is not known to sessions that had read the snapshots by then. Nor is one of this epoch whose entry a
    /// failover lost: a session that was suspended at an earlier position, or was behind, goes on with the log without
    /// noticing the failover.
    /// </summary>
    public IContent Known(IReadOnlyList<LoggedEntry> entries, Position inLog, long epoch)
    {
        bool IsKnown(Position snapshot) => snapshot == inLog
            || (snapshot.Epoch != epoch && (snapshot == covered || IsStoredBefore(snapshot, epoch)));
        if (snapshots.Merged.Keys.All(IsKnown))
        {
            return snapshots.Document;
        }

        return Together(snapshots.Merged.Where(m => IsKnown(m.Key)).Select(m => m.Value)
            .Concat(entries.Where(e => e.Kind == EntryKind.Update).Select(e => e.Payload)));
    }

    /// <summary>Whether a snapshot was stored before the log of an epoch began, which is µs since 1970.</summary>
    private bool IsStoredBefore(Position snapshot, long epoch) =>
        (snapshots.StoredAt(snapshot) + MostClockDifference - DateTimeOffset.UnixEpoch).TotalMicroseconds < epoch;

    /// <summary>A document of updates all of which have been read before.</summary>
    private IContent Together(IEnumerable<ReadOnlyMemory<byte>> updates)
    {
        var together = kind.Create();
        foreach (var update in updates)
        {
            _ = together.TryApply(update, out _, out _);
        }

        return together;
    }
}
