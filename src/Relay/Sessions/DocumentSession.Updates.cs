using Relay.Access;
using Relay.Connections;

namespace Relay.Sessions;

/// <summary>The one way in: what is new goes into the outbox, the outbox into the log, one append at a time.</summary>
internal sealed partial class DocumentSession
{
    private readonly List<FoundDiff> frameDiffs = [];

    /// <summary>Messages that came together, of one frame or many: they are looked at frame by frame, and what is new in them becomes one append.</summary>
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

            var frame = new MessageFrame(messages, first, next);
            if (attachment.Access < AccessLevel.Write)
            {
                ReceiveInOrder(attachment, frame);
            }
            else if (!attachment.Early.TryHold(frame, document))
            {
                ReceiveInOrder(attachment, frame);
                if (attachment.IsAttached)
                {
                    attachment.Early.Took(frame, document);
                }
            }
            else if (!attachment.Connection.TryHold(frame.Bytes))
            {
                // It would keep the SyncStep2 out that it waits for.
                Refuse(attachment, CloseReason.NodeIsFull);
            }

            first = next;
        }

        unlogged.ShowTaken(taken);
        outbox.Append();
        broadcaster.Pump(attachment);
    }

    /// <summary>Whether <see cref="Receive"/> may take long.</summary>
    public bool IsReceiveLong(Attachment attachment, IReadOnlyList<DocumentMessage> messages) =>
        LongSteps.TakesIn(messages, document) || attachment.Early.IsHolding || IsApplyLong(0);

    /// <summary>
    /// Whether it may take long to apply an entry, or what waits for its append.
    /// </summary>
    public bool IsApplyLong(int entryBytes) =>
        content.Limit.Waiting > LongSteps.MostMemory || follower.AheadBytes > LongSteps.MostBytes
        || LongSteps.Applies(entryBytes + (outbox.InFlight?.Payload.Length ?? 0), document);

    /// <summary>Takes a frame; with a SyncStep2 also what has waited for it, so that all of it is one entry.</summary>
    private void ReceiveInOrder(Attachment attachment, in MessageFrame frame)
    {
        var early = outbox.Count;
        if (frame.Has(DocumentMessageKind.SyncStep2))
        {
            ReceiveEarly(attachment);
        }

        var late = outbox.Count;
        if (attachment.IsAttached)
        {
            ReceiveFrame(attachment, frame);
        }

        if (late > early)
        {
            // They are settled together, so in any order; shown unlogged, they are shown in this one.
            outbox.MoveToEnd(early, late);
        }
    }

    /// <summary>Takes the updates that have waited for the client's SyncStep2.</summary>
    private void ReceiveEarly(Attachment attachment)
    {
        attachment.Connection.TakeUp();
        foreach (var frame in attachment.Early.End())
        {
            if (attachment.IsAttached)
            {
                ReceiveFrame(attachment, frame);
            }
        }
    }

    /// <summary>The messages of one frame: all of them are checked before any of them does anything.</summary>
    private void ReceiveFrame(Attachment attachment, in MessageFrame frame)
    {
        var (messages, first, end) = frame;
        frameDiffs.Clear();
        var mayWrite = attachment.Access >= AccessLevel.Write;
        var growth = 0L;
        for (var i = first; i < end; i++)
        {
            if (!FoundDiff.TryFind(document, messages[i], mayWrite, content.Limit.Room - growth, out var news, out var error))
            {
                LogBadUpdate(services.Logger, Name, error);
                Refuse(attachment, CloseReason.BadUpdate);
                return;
            }

            growth += news.Growth;
            if (news.Growth > 0 && content.Limit.Refuses(growth, news.OnlyDeletes) is { } reason)
            {
                Refuse(attachment, reason);
                return;
            }

            frameDiffs.Add(news);
        }

        for (var i = first; i < end && attachment.IsAttached; i++)
        {
            Handle(attachment, messages[i], frameDiffs[i - first]);
        }
    }

    private void Handle(Attachment attachment, in DocumentMessage message, in FoundDiff news)
    {
        var asksFirst = attachment.Delivery.SyncRequests.Count > 0 || attachment.Connection.Format.AsksWhenAsked;
        if (message.Kind != DocumentMessageKind.SyncStep1 && !asksFirst)
        {
            // Not a stock client: those begin with what they have.
            broadcaster.Follow(attachment);
        }

        figures.BytesIn += message.Bytes;
        if (attachment.Activity is { } connection)
        {
            connection.BytesIn += message.Bytes;
            connection.UpdatesIn += news.IsNew ? 1 : 0;
        }

        switch (message.Kind)
        {
            case DocumentMessageKind.SyncStep1:
                attachment.Presence.IsNew |= content.Version > 0 && !follower.Position.IsNone && message.Payload.Span is [0];
                broadcaster.Ask(attachment, message);
                break;
            case DocumentMessageKind.SyncStep2:
            case DocumentMessageKind.Update:
                if (message.Kind == DocumentMessageKind.SyncStep2)
                {
                    awareness.OnOpened(attachment);
                }

                var isUpdate = message.Kind == DocumentMessageKind.Update;
                if (attachment.Access < AccessLevel.Write && (isUpdate || news.IsNew))
                {
                    attachment.Receipts.Answer(new Receipt(ReceiptKind.Refused, default, message.Bytes));
                }
                else if (!news.IsNew)
                {
                    // The answer to a SyncStep1 repeats the whole delete set each time, so it is not sent back.
                    attachment.Receipts.Answer(
                        new Receipt(ReceiptKind.Accepted, isUpdate ? message.Payload : default, message.Bytes));
                }
                else
                {
                    var item = new OutboxItem(
                        attachment, news.Update, message.Bytes, isUpdate, content.Version, news.Growth);
                    attachment.Receipts.Take();
                    broadcaster.OnTaken(attachment, news.Update);
                    outbox.Take(item);
                    unlogged.Watch();
                }

                break;
            case DocumentMessageKind.Awareness:
                attachment.Connection.Settled(message.Bytes);
                awareness.Receive(attachment, message.Awareness);
                break;
            case DocumentMessageKind.QueryAwareness:
                attachment.Presence.WantsAll = true;
                attachment.Presence.MayHaveHeard = true;
                attachment.Connection.Settled(message.Bytes);
                break;
            case DocumentMessageKind.Stateless:
                attachment.Connection.Settled(message.Bytes);
                stateless.Receive(attachment, message.Payload);
                break;
            case DocumentMessageKind.Marker:
                attachment.Receipts.Answer(new Receipt(ReceiptKind.Marker, message.Payload, message.Bytes));
                break;
        }
    }

    /// <summary>A connection broke a rule. It is not among the session's connections any more when its peer reads why.</summary>
    private void Refuse(Attachment attachment, CloseReason reason)
    {
        attachment.Activity?.EndsFor(reason.Code, reason.Text);
        Detach(attachment, clean: true);
        attachment.Connection.Close(reason);
    }
}
