using Relay.Backplane;
using Relay.Persistence;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// Begins a document's log anew with all that is left of it, for operators who give up something that is stored. Every
/// session that follows the log hears of it and reconciles: what a session has and the stores lack is appended again.
/// </summary>
internal sealed class LogRenewal(
    IDocumentLog log, ISnapshotStore snapshots, SessionEnvironment environment, IContentKind kind)
{
    /// <summary>
    /// Appends an entry without changes: the log does not expire any more, and the document becomes a save job.
    /// </summary>
    /// <exception cref="BackplaneUnavailableException">The log cannot be written.</exception>
    public async ValueTask MoveOnAsync(DocumentName name, DurableState state, CancellationToken cancellation) =>
        await log.AppendAsync(name, state.Position.Epoch, EntryOf([]), cancellation);

    /// <summary>Begins the log anew with the entries that it holds, as one.</summary>
    /// <param name="name">The document.</param>
    /// <param name="left">What is left, as it was read a moment ago.</param>
    /// <param name="cancellation">Gives up waiting: the outcome is unknown then, and to repeat it is harmless.</param>
    /// <returns>False if the log has changed since it was read: then it is as it was.</returns>
    /// <exception cref="BackplaneUnavailableException">The log cannot be written.</exception>
    /// <exception cref="SnapshotStoreUnavailableException">The snapshots cannot be written.</exception>
    public async ValueTask<bool> TryBeginAsync(DocumentName name, DurableState left, CancellationToken cancellation)
    {
        await KeepCreationAsync(name, left, left.Entries, cancellation);
        var entry = EntryOf(left.Entries);
        var result = await log.ReplaceAsync(name, left.Position.Epoch, left.Position, entry, cancellation);
        return result.Outcome == AppendOutcome.StartedEpoch;
    }

    /// <summary>
    /// A document that was created again after a deletion says so by the first entry of its log or by a snapshot. Where
    /// the log alone says it, a snapshot of what is left is stored, at a position that no other has.
    /// </summary>
    /// <exception cref="SnapshotStoreUnavailableException">The snapshots cannot be written.</exception>
    public async ValueTask KeepCreationAsync(
        DocumentName name, DurableState left, IReadOnlyList<LoggedEntry> entries, CancellationToken cancellation)
    {
        if (left.Outcome == DurableOutcome.Read && left.Saved.IsNone
            && entries.Any(entry => entry.Kind == EntryKind.Created))
        {
            var at = new Position(left.Position.Epoch, left.Position.Offset + 1, environment.NewEntryId());
            var now = environment.Time.GetUtcNow();
            var state = left.Document.EncodeState();
            await snapshots.WriteAsync(new Snapshot(name, SnapshotKind.State, at, now, state), cancellation);
        }
    }

    /// <summary>One entry that says what these say together.</summary>
    public LogEntry EntryOf(IReadOnlyList<LoggedEntry> entries)
    {
        if (entries.Any(entry => entry.Kind == EntryKind.Deleted))
        {
            return new LogEntry(environment.NewEntryId(), EntryKind.Deleted, default);
        }

        var updates = entries.Where(entry => entry.Kind == EntryKind.Update).Select(entry => entry.Payload).ToList();
        if (updates.Count == 0)
        {
            return new LogEntry(environment.NewEntryId(), EntryKind.Update, kind.EmptyUpdate);
        }

        if (!kind.TryMerge(updates, out var merged, out var error))
        {
            throw new InvalidOperationException($"Updates that were checked do not merge: {error}");
        }

        return new LogEntry(environment.NewEntryId(), EntryKind.Update, merged);
    }
}
