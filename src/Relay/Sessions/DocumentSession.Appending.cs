using Relay.Backplane;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// One append at a time; its outcome is known when its reply, its own entry on the channel, or a look into the log says
/// so.
/// </summary>
internal sealed partial class DocumentSession
{
    /// <summary>An update that says nothing.</summary>
    private static readonly byte[] EmptyUpdate = [0, 0];

    private static readonly Func<object, object?, bool> AppendIsLong = static (session, _) =>
        ((DocumentSession)session).IsApplyLong(0);

    private Flight? flight;
    private long appends;
    private bool appendsFail;

    private void StartAppend()
    {
        if (flight is not null || outbox.Count == 0 || reconciling
            || State is SessionState.Loading or SessionState.Closed)
        {
            return;
        }

        appends++;
        var items = new List<OutboxItem>(outbox.Count);
        foreach (var item in outbox)
        {
            AddStillNew(items, item);
        }

        outbox.Clear();
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

        services.Metrics.Received(items.Count);
        figures.Updates += items.Count;
        flight = new Flight(services.Environment.NewEntryId(), payload, items,
            services.Environment.Time.GetTimestamp());
        SendFlight();
    }

    /// <summary>
    /// What was new when it came may have been logged since: a client that reconnects sends again what its old
    /// connection had under way.
    /// </summary>
    private void AddStillNew(List<OutboxItem> items, in OutboxItem item)
    {
        var from = item.From;
        if (item.IsRecovery || item.Version == documentVersion)
        {
            Add(items, item);
            return;
        }

        if (!document.TryGetNews(item.Update, out var news, out var error, isAccepted: true))
        {
            throw new InvalidOperationException($"An update that was checked does not read: {error}");
        }

        if (!news.IsEmpty)
        {
            Add(items, item with { Update = news });
        }
        else if (from is not null && from.Receipts.LastAppend == appends)
        {
            // Its receipt waits for those before it; the log bears the repetition.
            Add(items, item);
        }
        else
        {
            limit.Left(item);
            Settle(from, Land(item, item.IsEchoed ? item.Update : default));
            if (from is not null)
            {
                Pump(from);
            }
        }
    }

    private void Add(List<OutboxItem> items, in OutboxItem item)
    {
        items.Add(item);
        if (item.From is not null)
        {
            item.From.Receipts.LastAppend = appends;
        }
    }

    private void SendFlight()
    {
        if (flight is not { IsSending: false } current || reconciling || State == SessionState.Closed)
        {
            return;
        }

        current.Try(services.Environment.NewEntryId);
        var entry = new LogEntry(current.Id, EntryKind.Update, current.Payload) { Earlier = current.Earlier };
        var epoch = position.Epoch;
        Start(
            settings.CallTimeout,
            cancellation => services.Log.AppendAsync(Name, epoch, entry, cancellation),
            result => OnAppended(current, result),
            exception => OnAppendFailed(current, exception),
            AppendIsLong);
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
                // It waits for entries before it. Should the log be lost before they are read, this one is lost with
                // them: so it is not taken for stored until it is applied.
                appendTimer.Set(settings.LongestAppendRetry);
            }
        }
        else
        {
            // The first entry of a log, even of a new document: what another node has stored since this one looked is
            // found now or never.
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

    /// <summary>
    /// The entry in flight is in the log, and in the document. Its writers hear that before they see it come back.
    /// </summary>
    /// <param name="news">What of it the document did not have.</param>
    private void SettleFlight(ReadOnlyMemory<byte> news)
    {
        var settled = flight!;
        flight = null;
        leavingAt = position;
        appendTimer.Clear();
        OnLanded();
        limit.Left(settled.Items);
        Land(settled.Items);
        if (!news.IsEmpty)
        {
            Deliver(news);
        }
        else
        {
            foreach (var writer in settled.Items.Select(i => i.From).OfType<Attachment>().Distinct())
            {
                Pump(writer);
            }
        }

        services.Metrics.Appended(services.Environment.Time.GetElapsedTime(settled.StartedAt));

        // Not from within: whoever settled it still has entries to look at.
        Mailbox.Post(static (session, _) => ((DocumentSession)session).GoOn(), this, null, AppendIsLong);
    }

    private void GoOn()
    {
        StartAppend();
        SaveForRequests();
        OnRequestsAnswered();
    }
}
