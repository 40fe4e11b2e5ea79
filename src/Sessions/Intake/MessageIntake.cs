namespace Relay.Sessions;

/// <summary>
/// Takes the messages of connections frame by frame, each frame when its turn has come: not before its connection is
/// served, and an update that builds on a SyncStep2 together with it. Belongs to the session's mailbox.
/// </summary>
internal sealed class MessageIntake
{
    private readonly LoggedDocument content;
    private readonly Outbox outbox;
    private readonly UnloggedUpdates unlogged;
    private readonly Broadcaster broadcaster;
    private readonly IIntakeSession session;
    private readonly FrameHandler handler;

    public MessageIntake(
        SessionContext context,
        LoggedDocument content,
        Outbox outbox,
        UnloggedUpdates unlogged,
        Broadcaster broadcaster,
        RoomFigures figures,
        IIntakeSession session)
    {
        this.content = content;
        this.outbox = outbox;
        this.unlogged = unlogged;
        this.broadcaster = broadcaster;
        this.session = session;
        handler = new FrameHandler(context, content, outbox, unlogged, broadcaster, figures, session);
    }

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
                handler.NoteTaken(attachment.Early, frame);
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
            handler.Take(attachment, frame);
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
                handler.Take(attachment, frame);
            }
        }
    }
}
