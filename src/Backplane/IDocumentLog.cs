using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// The append-only list of each document's updates, shared by all nodes. Thread-safe. Appends to one document are
/// atomic and totally ordered; offsets of an epoch are 1, 2, 3 … without holes, and every entry names the id of the
/// entry before it. An entry is stored before the call that appended it completes and before any
/// <see cref="IDocumentChannel"/> listener sees it. A log that does not exist is an outcome; a store that cannot be
/// reached throws
/// <see cref="BackplaneUnavailableException"/>, and then the outcome of an append is unknown: repeat it, and name the
/// ids of the tries before (<see cref="LogEntry.Earlier"/>).
/// </summary>
/// <remarks>
/// Only a repeat is looked for in what the log holds: without <see cref="LogEntry.Earlier"/>, an entry's id must be
/// new. A repeat has a new id wherever the log can go back to an earlier state: a try may have been stored in what is
/// lost, and under the same id the repeat could be stored at the same offset behind other entries, so that one position
/// would name two histories.
/// </remarks>
public interface IDocumentLog
{
    /// <summary>
    /// Stores <paramref name="entry"/> under the next offset, delivers it to the document's listeners (the caller's own
    /// among them) and marks the document as unsaved. Without a log, starts the epoch max(<paramref name="epoch"/> + 1,
    /// the store's clock in µs). A repeat of which the log holds a try (<see cref="LogEntry.Earlier"/>) is not stored
    /// again: the answer is that of the try (<see cref="AppendOutcome.StartedEpoch"/> if it started the epoch and the
    /// caller still names another one).
    /// </summary>
    /// <param name="document">The document.</param>
    /// <param name="epoch">The epoch that the caller means; 0 if it knows of none. A log of another epoch stores
    /// nothing.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="cancellation">Gives up waiting, not the append: its outcome is unknown then.</param>
    /// <exception cref="BackplaneUnavailableException">The store cannot be reached or written.</exception>
    /// <exception cref="LogDamagedException">Stored bytes of the document's log do not read; nothing was stored, and
    /// repeating does not help.</exception>
    ValueTask<AppendResult> AppendAsync(DocumentName document, long epoch, LogEntry entry,
        CancellationToken cancellation);

    /// <summary>
    /// Begins the document's log anew: what it held is gone, and <paramref name="entry"/> is the first entry of the
    /// epoch max(<paramref name="epoch"/> + 1, the store's clock in µs), delivered and marked as unsaved like any
    /// other. All of it happens at once or not at all. Answers <see cref="AppendOutcome.StartedEpoch"/>, also to a
    /// repeat under the same id while the log begins with that entry, or <see cref="AppendOutcome.OtherEpoch"/> with
    /// the log's end, and then nothing was changed.
    /// </summary>
    /// <param name="document">The document.</param>
    /// <param name="epoch">The epoch of the log that the caller means to end; the newest that it knows of where there
    /// is no log. A log of another epoch stays as it is.</param>
    /// <param name="end">
    /// The log's end as the caller has read it: a log that has grown since stays as it is.
    /// <see cref="Position.None"/> ends it wherever it ends.
    /// </param>
    /// <param name="entry">The entry.</param>
    /// <param name="cancellation">Gives up waiting: the outcome is unknown then.</param>
    /// <exception cref="BackplaneUnavailableException">The store cannot be reached or written.</exception>
    /// <exception cref="LogDamagedException">Stored bytes of the document's log do not read; nothing was
    /// changed.</exception>
    ValueTask<AppendResult> ReplaceAsync(
        DocumentName document, long epoch, Position end, LogEntry entry, CancellationToken cancellation);

    /// <summary>Reads what follows <paramref name="after"/>, and says so when that position is not of this log.
    /// <see cref="Position.None"/> and offset 0 of the log's epoch stand before the first entry.</summary>
    /// <exception cref="BackplaneUnavailableException">The store cannot be reached or read.</exception>
    ValueTask<LogReadResult> ReadAsync(DocumentName document, Position after, CancellationToken cancellation);

    /// <summary>
    /// Says that a snapshot covers the log up to <paramref name="saved"/>, and that entries up to
    /// <paramref name="trimThrough"/> (or none, for
    /// <see cref="Position.None"/>) are needed no longer. Both are names of exact entries: what does not fit the log is
    /// ignored, as is a trim beyond <paramref name="saved"/> or with a saved position that does not fit (the snapshots
    /// of its writer are of another history). Checkpoints may overtake each other: what is saved or trimmed already
    /// stays so. A damaged document's checkpoint is ignored. A document whose end is covered is no longer unsaved; its
    /// log may expire once it has been covered for a day without an append.
    /// </summary>
    /// <exception cref="BackplaneUnavailableException">The store cannot be reached or written.</exception>
    ValueTask CheckpointAsync(DocumentName document, Position saved, Position trimThrough,
        CancellationToken cancellation);
}
