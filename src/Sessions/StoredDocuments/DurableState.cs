using Relay.Backplane;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>How putting a document together from what is stored ended.</summary>
internal enum DurableOutcome
{
    /// <summary>The state is whole; a document without snapshot and log is whole, too, and empty.</summary>
    Read,

    /// <summary>
    /// The document was deleted. <see cref="DurableState.Position"/> is the log's end, or the tombstone's without a
    /// log.
    /// </summary>
    Deleted,

    /// <summary>
    /// Something stored does not read or leaves a gap: the document must be refused, never served in part.
    /// <see cref="DurableState.Problem"/> says what.
    /// </summary>
    Unreadable,
}

/// <summary>A document as snapshots and log say it is.</summary>
/// <param name="Outcome">Whether it is whole.</param>
/// <param name="Document">The state; meaningful only when it was read. The reader's caller owns it.</param>
/// <param name="Position">The log's end as it was read, or the newest snapshot's position without a log.</param>
/// <param name="Entries">The log's entries that went into the state.</param>
/// <param name="Saved">The position of the newest snapshot that went into the state; <see cref="Position.None"/> when
/// there is none.</param>
/// <param name="IsInLog">Whether that snapshot stands in this very log (or there is no log): so the log began before it
/// was stored.</param>
/// <param name="Known">
/// What every session that follows this log surely has: the log, the snapshot that stands in it, and the one that the
/// caller named, if it is of another epoch; without a log that one alone. A snapshot of another history that was stored
/// late may be unknown to a session that had put its document together before; so what only such a one has is appended
/// anew.
/// </param>
/// <param name="Unreadable">The listed snapshots that hold no state and must stay: those that did not read, and the
/// <see cref="Tombstone"/>.</param>
/// <param name="Problem">For <see cref="DurableOutcome.Unreadable"/>: one sentence.</param>
internal sealed record DurableState(
    DurableOutcome Outcome,
    IContent Document,
    Position Position,
    IReadOnlyList<LoggedEntry> Entries,
    Position Saved,
    bool IsInLog,
    IContent Known,
    IReadOnlySet<Position> Unreadable,
    string? Problem = null)
{
    /// <summary>
    /// The newest tombstone among the snapshots; <see cref="Position.None"/> when there is none. What was written
    /// before it is not part of the state, whatever is still stored of it.
    /// </summary>
    public Position Tombstone { get; init; }

    /// <summary>The stored snapshots all of which is in the state, by the ids in their positions.</summary>
    public IReadOnlyCollection<EntryId> Covers { get; init; } = [];

    /// <summary>
    /// What only snapshots have that the newest one does not cover, and not the log either; empty nearly always. They
    /// are of a history that a failover lost. Sessions that follow the log lack it, so it is to be appended anew.
    /// </summary>
    public ReadOnlyMemory<byte> Strays { get; init; }

    /// <summary>
    /// For <see cref="DurableOutcome.Deleted"/>: whether a tombstone says all that the log says. If not, it is still to
    /// be written.
    /// </summary>
    public bool IsBuried => Position == Tombstone;

    /// <summary>
    /// By which a later question finds out whether the state is still the newest; null where it was not read, or where
    /// something stored does not read.
    /// </summary>
    public StoredMark? Mark { get; init; }

    /// <summary>The encoded state, where one snapshot is all of it; empty otherwise.</summary>
    public ReadOnlyMemory<byte> OnlySnapshot { get; init; }

    /// <summary>The state in its one encoded form. A session encoded it so where one snapshot is all of it.</summary>
    public ReadOnlyMemory<byte> Encoded => OnlySnapshot.IsEmpty ? Document.EncodeState() : OnlySnapshot;

    /// <summary>
    /// The state as one update. Where a single entry is all of it, that entry as it came: values whose place is unknown
    /// take many times as much when a document is encoded.
    /// </summary>
    public ReadOnlyMemory<byte> Update
    {
        get
        {
            LoggedEntry? only = null;
            foreach (var entry in Entries)
            {
                if (entry.Kind == EntryKind.Update)
                {
                    if (only is not null)
                    {
                        return Document.EncodeState();
                    }

                    only = entry;
                }
            }

            return Saved.IsNone && only is { } single ? single.Payload : Document.EncodeState();
        }
    }

    /// <summary>What those entries take.</summary>
    public long EntryBytes
    {
        get
        {
            var bytes = 0L;
            foreach (var entry in Entries)
            {
                bytes += entry.Payload.Length;
            }

            return bytes;
        }
    }
}
