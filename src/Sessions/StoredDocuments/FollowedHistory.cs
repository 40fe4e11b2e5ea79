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
    /// What is neither in the log nor in the snapshot that it goes on from. That is the snapshot that stands in the
    /// log, or else the newest of another epoch, which all sessions that follow this log have read. A snapshot of the
    /// log's own epoch that does not stand in it is of a history that a failover lost.
    /// </summary>
    public ReadOnlyMemory<byte> Strays(IReadOnlyList<LoggedEntry> entries, Position inLog, long epoch)
    {
        var from = inLog.IsNone ? snapshots.NewestOutside(epoch) : inLog;
        if (snapshots.Merged.Keys.All(position => position == from))
        {
            return default;
        }

        var lacking = Together(entries.Where(e => e.Kind == EntryKind.Update).Select(e => e.Payload)
            .Concat(snapshots.Merged.Where(m => m.Key == from).Select(m => m.Value)));
        _ = lacking.TryGetNews(snapshots.Document.EncodeState(), out var strays, out _, isAccepted: true);
        return strays;
    }

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

    /// <summary>
    /// What every session that follows this log surely has. A snapshot of another epoch that was stored before this log
    /// began was read by all of them. A snapshot of this epoch whose entry a failover lost was not: a session that was
    /// suspended at an earlier position, or was behind, goes on with the log without noticing the failover.
    /// </summary>
    public IContent Known(IReadOnlyList<LoggedEntry> entries, Position inLog, long epoch)
    {
        bool IsKnown(Position snapshot) => snapshot == inLog || (snapshot == covered && covered.Epoch != epoch);
        if (snapshots.Merged.Keys.All(IsKnown))
        {
            return snapshots.Document;
        }

        return Together(snapshots.Merged.Where(m => IsKnown(m.Key)).Select(m => m.Value)
            .Concat(entries.Where(e => e.Kind == EntryKind.Update).Select(e => e.Payload)));
    }
}
