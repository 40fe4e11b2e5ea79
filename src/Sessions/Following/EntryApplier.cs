using Relay.Backplane;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// Applies entries to the document, one after the other, and knows the position of the last one. Belongs to the
/// session's mailbox.
/// </summary>
/// <param name="context">What every part has.</param>
/// <param name="content">The logged document.</param>
/// <param name="session">The parts that are told of an entry.</param>
internal sealed partial class EntryApplier(
    SessionContext context, LoggedDocument content, ILogFollowerSession session)
{
    /// <summary>Up to which entry the document is the log.</summary>
    public Position Position { get; private set; }

    /// <summary>The document was put together.</summary>
    public void Begin(DurableState state)
    {
        content.Begin(state.Document);
        Position = state.Position;
        session.OnChanged();
    }

    /// <summary>The document stands here, in the history that a reconcile has put together.</summary>
    public void MoveTo(Position position) => Position = position;

    /// <summary>Whether an entry is the next one after the position, in the same history.</summary>
    public bool IsNext(in LoggedEntry entry) =>
        entry.Position.Epoch == Position.Epoch && entry.Position.Offset == Position.Offset + 1
            && entry.Previous == Position.Id;

    /// <summary>Applies the next entry, and tells of it.</summary>
    public void Apply(in LoggedEntry entry)
    {
        if (entry.Kind == EntryKind.Deleted)
        {
            EndDeleted();
            return;
        }

        var update = entry.Kind == EntryKind.Created ? content.Kind.EmptyUpdate : entry.Payload;
        if (!content.TryApply(update, out var diff, out var error))
        {
            // Another node logged what this one would have refused. No entry after it can be right either.
            LogEntryUnreadable(context.Logger, context.Name, entry.Position, error);
            session.Fail(RefusalReason.DocumentUnreadable);
            return;
        }

        Position = entry.Position;
        session.OnChanged();
        if (session.InFlight?.Has(Position.Id) == true)
        {
            session.Settle(diff);
        }
        else if (!diff.IsEmpty)
        {
            session.Deliver(diff);
        }

        session.OnApplied(entry.Payload.Length);
    }

    /// <summary>
    /// Takes an entry at or before the position: nearly always the session's own, which comes with the reply and over
    /// the channel.
    /// </summary>
    /// <returns>False if the document is of another history than the entry.</returns>
    public bool TryPass(in LoggedEntry entry)
    {
        if (entry.Position.Offset == Position.Offset && entry.Position.Id != Position.Id)
        {
            return false;
        }

        if (session.InFlight is not { } append || !append.Has(entry.Position.Id))
        {
            return true;
        }

        // The append repeats an entry that the document should have: read with a snapshot, not as an entry.
        var diff = content.DiffOf(append.Payload);
        if (!diff.IsEmpty)
        {
            return false;
        }

        session.Settle(diff);
        return true;
    }

    /// <summary>The document was deleted: what this session has of it is dropped, and reconciled with no log.</summary>
    public void EndDeleted()
    {
        LogDeleted(context.Logger, context.Name);
        session.Fail(RefusalReason.DocumentDeleted);
    }
}
