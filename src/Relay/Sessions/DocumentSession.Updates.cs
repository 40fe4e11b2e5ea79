using Relay.Backplane;
using Relay.Connections;
using Relay.Protocols;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>The one way in: what is new goes into the outbox, the outbox into the log, one append at a time.</summary>
internal sealed partial class DocumentSession
{
    private const int MeasureEvery = 64;
    private const int MaxSyncRequests = 16;

    private readonly List<OutboxItem> outbox = [];
    private readonly List<ReadOnlyMemory<byte>> frameNews = [];
    private long measuredVersion = -MeasureEvery;
    private long measuredBytes;
    private long outboxBytes;
    private Flight? flight;
    private bool appendsFail;

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

        for (var first = 0; first < messages.Count && attachment.IsAttached;)
        {
            var next = first + 1;
            while (next < messages.Count && messages[next].Frame == messages[first].Frame)
            {
                next++;
            }

            ReceiveFrame(attachment, messages, first, next);
            first = next;
        }

        StartAppend();
        Pump(attachment);
    }

    /// <summary>The messages of one frame: all of them are checked before any of them does anything.</summary>
    private void ReceiveFrame(Attachment attachment, IReadOnlyList<DocumentMessage> messages, int first, int end)
    {
        frameNews.Clear();
        var newBytes = 0L;
        for (var i = first; i < end; i++)
        {
            var news = ReadOnlyMemory<byte>.Empty;
            if (messages[i].Kind is DocumentMessageKind.SyncStep2 or DocumentMessageKind.Update
                && !document.TryGetNews(messages[i].Payload, out news, out var error))
            {
                LogBadUpdate(services.Logger, Name, error);
                Refuse(attachment, CloseReason.BadUpdate);
                return;
            }

            frameNews.Add(news);
            newBytes += news.Length;
        }

        if (newBytes > 0 && DocumentBytes() + outboxBytes + newBytes > settings.MaxDocumentBytes)
        {
            Refuse(attachment, CloseReason.DocumentTooLarge);
            return;
        }

        for (var i = first; i < end && attachment.IsAttached; i++)
        {
            Handle(attachment, messages[i], frameNews[i - first]);
        }
    }

    /// <summary>What the document takes in memory, measured anew after some changes only: measuring looks at every client that ever wrote.</summary>
    private long DocumentBytes()
    {
        if (documentVersion - measuredVersion >= MeasureEvery)
        {
            measuredVersion = documentVersion;
            measuredBytes = document.MemoryBytes;
        }

        return measuredBytes;
    }

    private void Handle(Attachment attachment, in DocumentMessage message, ReadOnlyMemory<byte> news)
    {
        switch (message.Kind)
        {
            case DocumentMessageKind.SyncStep1:
                RequestSync(attachment.Delivery.SyncRequests, message.Payload);
                attachment.Connection.Settled(message.Bytes);
                break;
            case DocumentMessageKind.SyncStep2:
            case DocumentMessageKind.Update:
                var item = new OutboxItem(attachment, news, message.Bytes, message.Kind == DocumentMessageKind.Update, documentVersion);
                if (news.IsEmpty)
                {
                    Confirm(item with { Update = message.Payload });
                }
                else
                {
                    outbox.Add(item);
                    outboxBytes += news.Length;
                }

                break;
            case DocumentMessageKind.Awareness:
                attachment.Connection.Settled(message.Bytes);
                OnPresence(attachment, message.Awareness);
                break;
            case DocumentMessageKind.QueryAwareness:
                attachment.Presence.WantsAll = true;
                attachment.Connection.Settled(message.Bytes);
                break;
        }
    }

    /// <summary>Every request is answered; of more than a few that came before the first answer could be sent, only the last ones are: a client's state only grows.</summary>
    private static void RequestSync(Queue<ReadOnlyMemory<byte>> requests, ReadOnlyMemory<byte> stateVector)
    {
        requests.Enqueue(stateVector);
        if (requests.Count > MaxSyncRequests)
        {
            requests.Dequeue();
        }
    }

    /// <summary>
    /// Everything in an update is logged already. Its writer sees that when the update comes back to it, alone: a client that repeats an update after a broken connection waits for that. The answer to a
    /// SyncStep1 repeats the whole delete set each time, so it is not sent back.
    /// </summary>
    private void Confirm(in OutboxItem item)
    {
        if (item.From is not { IsAttached: true } writer)
        {
            return;
        }

        if (item.IsEchoed)
        {
            writer.Delivery.Direct.Enqueue((writer.Connection.Format.Update(item.Update.Span), item.Settles));
        }
        else
        {
            writer.Connection.Settled(item.Settles);
        }
    }

    private void StartAppend()
    {
        if (flight is not null || outbox.Count == 0 || reconciling || State is SessionState.Loading or SessionState.Closed)
        {
            return;
        }

        var items = new List<OutboxItem>(outbox.Count);
        foreach (var item in outbox)
        {
            AddStillNew(items, item);
        }

        outbox.Clear();
        outboxBytes = 0;
        if (items.Count == 0)
        {
            return;
        }

        var payload = items[0].Update;
        if (items.Count > 1)
        {
            if (!YDocument.TryMerge(items.ConvertAll(i => i.Update), out var merged, out var error))
            {
                throw new InvalidOperationException($"Updates that were checked do not merge: {error}");
            }

            payload = merged;
        }

        flight = new Flight(services.Environment.NewEntryId(), payload, items);
        SendFlight();
    }

    /// <summary>What was new when it came may have been logged since: a client that reconnects sends again what its old connection had under way.</summary>
    private void AddStillNew(List<OutboxItem> items, in OutboxItem item)
    {
        if (item.IsRecovery || item.Version == documentVersion)
        {
            items.Add(item);
            return;
        }

        if (!document.TryGetNews(item.Update, out var news, out var error))
        {
            throw new InvalidOperationException($"An update that was checked does not read: {error}");
        }

        if (!news.IsEmpty)
        {
            items.Add(item with { Update = news });
        }
        else
        {
            Confirm(item);
            if (item.From is { } writer)
            {
                Pump(writer);
            }
        }
    }

    private void SendFlight()
    {
        if (flight is not { IsSending: false } current || reconciling || State == SessionState.Closed)
        {
            return;
        }

        current.IsSending = true;
        current.Attempts++;
        var entry = new LogEntry(current.Id, EntryKind.Update, current.Payload);
        var epoch = position.Epoch;
        Start(
            settings.CallTimeout,
            cancellation => services.Log.AppendAsync(Name, epoch, entry, cancellation),
            result => OnAppended(current, result),
            exception => OnAppendFailed(current, exception));
    }

    private void OnAppended(Flight sent, AppendResult result)
    {
        sent.IsSending = false;
        if (State == SessionState.Closed || flight != sent)
        {
            // Its own entry on the channel, or in the log, was faster.
            return;
        }

        if (appendsFail)
        {
            appendsFail = false;
            LogAppendsWorkAgain(services.Logger, Name);
        }

        if (result.Outcome == AppendOutcome.Stored)
        {
            OnEntry(new LoggedEntry(result.Position, result.Previous, EntryKind.Update, sent.Payload));
            if (flight == sent && !reconciling)
            {
                // It waits for entries before it. Should the log be lost before they are read, this one is lost with them: so it is not taken for stored until it is applied.
                appendTimer.Set(settings.LongestAppendRetry);
            }
        }
        else
        {
            // The first entry of a log, even of a new document: what another node has stored since this one looked is found now or never.
            RequestReconcile();
        }
    }

    private void OnAppendFailed(Flight sent, Exception exception)
    {
        sent.IsSending = false;
        if (State == SessionState.Closed || flight != sent)
        {
            return;
        }

        if (!appendsFail)
        {
            appendsFail = true;
            LogAppendFailed(services.Logger, exception, Name);
        }

        appendTimer.Set(services.Environment.Backoff(sent.Attempts, settings.FirstRetry, settings.LongestAppendRetry));
    }

    /// <summary>The entry in flight is in the log, and in the document.</summary>
    private void SettleFlight()
    {
        var landed = flight!;
        flight = null;
        appendTimer.Clear();
        for (var i = 0; i < landed.Items.Count;)
        {
            // Usually all are of one writer: it is told once.
            var from = landed.Items[i].From;
            long settles = 0;
            for (; i < landed.Items.Count && landed.Items[i].From == from; i++)
            {
                settles += landed.Items[i].Settles;
            }

            if (from is { IsAttached: true })
            {
                from.Connection.Settled(settles);
            }
        }

        // Not from within: whoever settled it still has entries to look at.
        Mailbox.Post(() =>
        {
            StartAppend();
            ContinueLeaving();
        });
    }

    /// <summary>A connection broke a rule. It is not among the session's connections any more when its peer reads why.</summary>
    private void Refuse(Attachment attachment, CloseReason reason)
    {
        Detach(attachment, clean: true);
        attachment.Connection.Close(reason);
    }
}
