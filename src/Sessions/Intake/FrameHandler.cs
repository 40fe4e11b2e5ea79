namespace Relay.Sessions;

/// <summary>
/// Takes the messages of one frame: all of them are checked before any of them has an effect. What is new goes to the
/// outbox. Belongs to the session's mailbox.
/// </summary>
internal sealed partial class FrameHandler(
    SessionContext context,
    LoggedDocument content,
    Outbox outbox,
    UnloggedUpdates unlogged,
    Broadcaster broadcaster,
    RoomFigures figures,
    IIntakeSession session)
{
    /// <summary>What is new in the frame at hand.</summary>
    private readonly List<InputDiff> diffs = [];

    /// <summary>Takes a frame; a message that is refused ends the connection, and its frame has no effect.</summary>
    public void Take(Attachment attachment, in MessageFrame frame)
    {
        var (messages, first, end) = frame;
        diffs.Clear();
        var mayWrite = attachment.Access >= AccessLevel.Write;
        var growth = 0L;
        for (var i = first; i < end; i++)
        {
            var room = content.Limit.Room - growth;
            if (!FoundDiff.TryFind(content.Document, messages[i], mayWrite, room, out var diff, out var error))
            {
                LogBadUpdate(context.Logger, context.Name, error);
                Refuse(attachment, frame, RefusalReason.BadUpdate);
                return;
            }

            growth += diff.Growth;
            if (diff.Growth > 0 && content.Limit.Refuses(growth, diff.OnlyDeletes) is { } reason)
            {
                Refuse(attachment, frame, reason);
                return;
            }

            diffs.Add(diff);
        }

        for (var i = first; i < end && attachment.IsAttached; i++)
        {
            Handle(attachment, messages[i], diffs[i - first]);
        }
    }

    /// <summary>Notes what the frame that was taken last brought: later updates may build on it.</summary>
    public void NoteTaken(EarlyUpdates early, in MessageFrame frame)
    {
        for (var i = frame.First; i < frame.End && !early.IsOver; i++)
        {
            var (message, diff) = (frame.Messages[i], diffs[i - frame.First]);
            if (message.Kind == DocumentMessageKind.Update && diff.IsNew)
            {
                early.Took(message.Payload, diff.Extent, content.Document);
            }
        }
    }

    private void Refuse(Attachment attachment, in MessageFrame frame, RefusalReason reason)
    {
        session.Refuse(attachment, reason);
        for (var i = frame.First; i < frame.End; i++)
        {
            frame.Messages[i].LetGo();
        }
    }

    private void Handle(Attachment attachment, in DocumentMessage message, in InputDiff diff)
    {
        var asksFirst = attachment.Delivery.SyncRequests.Count > 0 || attachment.Connection.Format.AsksWhenAsked;
        if (message.Kind != DocumentMessageKind.SyncStep1 && !asksFirst)
        {
            // Not a stock client: those begin with what they have.
            broadcaster.Follow(attachment);
        }

        Count(attachment, message, diff);
        switch (message.Kind)
        {
            case DocumentMessageKind.SyncStep1:
                attachment.Presence.IsNew |= content.Version > 0 && session.HasEntries && IsOfNothing(message.Payload);
                broadcaster.Ask(attachment, message);
                break;
            case DocumentMessageKind.SyncStep2:
                session.OnOpened(attachment);
                HandleUpdate(attachment, message, diff, isUpdate: false);
                break;
            case DocumentMessageKind.Update:
                HandleUpdate(attachment, message, diff, isUpdate: true);
                break;
            case DocumentMessageKind.Awareness:
                attachment.Connection.Settled(message.Bytes);
                session.ReceiveAwareness(attachment, message.Awareness);
                message.LetGo();
                break;
            case DocumentMessageKind.QueryAwareness:
                attachment.Presence.WantsAll = true;
                attachment.Presence.MayHaveHeard = true;
                attachment.Connection.Settled(message.Bytes);
                break;
            case DocumentMessageKind.Stateless:
                attachment.Connection.Settled(message.Bytes);
                session.ReceiveStateless(attachment, message.Payload);
                break;
            case DocumentMessageKind.Marker:
                attachment.Receipts.Answer(new Receipt(ReceiptKind.Marker, message.Payload, message.Bytes));
                break;
        }
    }

    private void HandleUpdate(Attachment attachment, in DocumentMessage message, in InputDiff diff, bool isUpdate)
    {
        if (attachment.Access < AccessLevel.Write && (isUpdate || diff.IsNew))
        {
            message.LetGo();
            attachment.Receipts.Answer(new Receipt(ReceiptKind.Refused, default, message.Bytes));
        }
        else if (!diff.IsNew)
        {
            // The answer to a SyncStep1 repeats the whole delete set each time, so it is not sent back.
            if (!isUpdate)
            {
                message.LetGo();
            }

            attachment.Receipts.Answer(
                new Receipt(ReceiptKind.Accepted, isUpdate ? message.Payload : default, message.Bytes));
        }
        else
        {
            attachment.Receipts.Take();
            broadcaster.OnTaken(attachment, diff.Update);
            outbox.Take(
                new OutboxItem(
                    attachment, diff.Update, message.Bytes, isUpdate, content.Version, diff.Growth, diff.Extent));
            unlogged.Watch();
        }
    }

    private bool IsOfNothing(ReadOnlyMemory<byte> stateVector) =>
        stateVector.Span.SequenceEqual(content.Kind.EmptyStateVector.Span);

    private void Count(Attachment attachment, in DocumentMessage message, in InputDiff diff)
    {
        figures.BytesIn += message.Bytes;
        if (attachment.Activity is { } connection)
        {
            connection.BytesIn += message.Bytes;
            connection.UpdatesIn += diff.IsNew ? 1 : 0;
        }
    }
}
