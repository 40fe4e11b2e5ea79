namespace Relay.Sessions;

/// <summary>
/// The one way in: takes the messages of connections frame by frame, checks them, and hands what is new to the outbox.
/// Belongs to the session's mailbox.
/// </summary>
internal sealed partial class MessageIntake(
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

    /// <summary>
    /// Takes messages that came together, of one frame or many: what is new in them becomes one append. Messages of a
    /// connection that is not served yet wait.
    /// </summary>
    public void Receive(Attachment attachment, IReadOnlyList<DocumentMessage> messages)
    {
        if (!attachment.IsAttached)
        {
            return;
        }

        if (!attachment.IsServed)
        {
            (attachment.Waiting ??= new()).Enqueue(messages);
            return;
        }

        var taken = outbox.Count;
        for (var first = 0; first < messages.Count && attachment.IsAttached;)
        {
            var next = first + 1;
            while (next < messages.Count && messages[next].Frame == messages[first].Frame)
            {
                next++;
            }

            Receive(attachment, new MessageFrame(messages, first, next));
            first = next;
        }

        End(attachment, taken);
    }

    /// <summary>Takes what a connection sent before it was served.</summary>
    public void ReceiveWaiting(Attachment attachment)
    {
        var waiting = attachment.Waiting;
        attachment.Waiting = null;
        while (waiting is not null && attachment.IsAttached && waiting.TryDequeue(out var messages))
        {
            Receive(attachment, messages);
        }
    }

    /// <summary>Takes what has waited for a client's SyncStep2, which is not waited for any longer.</summary>
    public void ReceiveEarly(Attachment attachment)
    {
        var taken = outbox.Count;
        TakeEarly(attachment);
        End(attachment, taken);
    }

    /// <summary>Whether <see cref="Receive(Attachment, IReadOnlyList{DocumentMessage})"/> may take long.</summary>
    public bool IsReceiveLong(Attachment attachment, IReadOnlyList<DocumentMessage> messages) =>
        LongSteps.TakesIn(messages, content.Document) || attachment.Early.IsHolding || session.IsApplyLong(0);

    private void End(Attachment attachment, int taken)
    {
        unlogged.ShowTaken(taken);
        outbox.Append();
        broadcaster.Pump(attachment);
    }

    private void Receive(Attachment attachment, in MessageFrame frame)
    {
        if (attachment.Access < AccessLevel.Write)
        {
            TakeInOrder(attachment, frame);
        }
        else if (!attachment.Early.TryHold(frame, content.Document))
        {
            TakeInOrder(attachment, frame);
            if (attachment.IsAttached)
            {
                NoteTaken(attachment.Early, frame);
            }
        }
        else if (!attachment.Connection.TryHold(frame.Bytes))
        {
            // It would keep the SyncStep2 out that it waits for.
            session.Refuse(attachment, RefusalReason.NodeIsFull);
        }
    }

    /// <summary>Takes a frame; with a SyncStep2 also what has waited for it, so that all of it is one entry.</summary>
    private void TakeInOrder(Attachment attachment, in MessageFrame frame)
    {
        var early = outbox.Count;
        if (frame.Has(DocumentMessageKind.SyncStep2))
        {
            TakeEarly(attachment);
        }

        var late = outbox.Count;
        if (attachment.IsAttached)
        {
            Take(attachment, frame);
        }

        if (late > early)
        {
            // They are settled together, so in any order; shown unlogged, they are shown in this one.
            outbox.MoveToEnd(early, late);
        }
    }

    /// <summary>Takes the updates that have waited for the client's SyncStep2.</summary>
    private void TakeEarly(Attachment attachment)
    {
        attachment.Connection.TakeUp();
        foreach (var frame in attachment.Early.End())
        {
            if (attachment.IsAttached)
            {
                Take(attachment, frame);
            }
        }
    }

    /// <summary>The messages of one frame: all of them are checked before any of them has an effect.</summary>
    private void Take(Attachment attachment, in MessageFrame frame)
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

    private void Refuse(Attachment attachment, in MessageFrame frame, RefusalReason reason)
    {
        session.Refuse(attachment, reason);
        for (var i = frame.First; i < frame.End; i++)
        {
            frame.Messages[i].LetGo();
        }
    }

    private void NoteTaken(EarlyUpdates early, in MessageFrame frame)
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
