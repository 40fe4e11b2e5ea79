using Relay.Connections;
using Relay.Telemetry;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// What the session does when its position does not fit the log: put together what is stored, append what that lacks of this session's document, apply and send on what the document lacked, go on from the
/// log's end. Meanwhile entries are held and nothing is appended.
/// </summary>
internal sealed partial class DocumentSession
{
    /// <summary>Reconciling reads everything: the same document does so at most once in this time.</summary>
    private static readonly TimeSpan ReconcilePause = TimeSpan.FromSeconds(1);

    private bool reconciling;

    /// <summary>A snapshot was stored whose history was over by then.</summary>
    private bool savedLost;
    private int reconcileFailures;
    private DateTimeOffset reconciledAt;

    private void RequestReconcile()
    {
        if (reconciling || lifecycle.IsClosed)
        {
            return;
        }

        reconciling = true;
        if (position.IsNone)
        {
            LogFirstEntry(services.Logger, Name);
        }
        else
        {
            services.Metrics.Reconciled();
            LogReconciling(services.Logger, Name, position);
        }

        ahead.Clear();
        aheadBytes = 0;
        gapTimer.Clear();
        readTimer.Clear();
        var wait = reconciledAt + ReconcilePause - Now;
        if (wait > TimeSpan.Zero)
        {
            reconcileTimer.Set(wait);
        }
        else
        {
            Reconcile();
        }
    }

    private void Reconcile() => services.Gate.Enter(() => Mailbox.PostElsewhere(ReadEverything));

    private void ReadEverything()
    {
        if (lifecycle.IsClosed)
        {
            services.Gate.Leave();
            return;
        }

        // What arrives from here on is newer than what is read, or in it.
        var wasLost = savedLost;
        savedLost = false;
        var look = pendingReads.LookBegins();
        var since = saver.Known.Covered;
        effects.Start(
            settings.LongCallTimeout,
            cancellation => RelayTraces.TraceAsync("document.reconcile", Name, _ => ReadAsync(since, wasLost, cancellation)),
            state => OnEverythingRead(look, state),
            exception =>
            {
                savedLost |= wasLost;
                OnReconcileFailed(look, exception, CloseReason.StoreUnavailable);
            });
    }

    private async ValueTask<DurableState> ReadAsync(Position since, bool wasLost, CancellationToken cancellation)
    {
        try
        {
            return await services.Durable.ReadAsync(Name, since, wasLost, cancellation);
        }
        finally
        {
            services.Gate.Leave();
        }
    }

    private void OnEverythingRead(long look, DurableState state)
    {
        if (state.Outcome == DurableOutcome.Unreadable)
        {
            // This session's document may be the best copy there is: it goes on being served, and what is stored is left alone.
            OnReconcileFailed(look, new InvalidDataException(state.Problem), CloseReason.DocumentUnreadable);
            return;
        }

        if (state.Outcome == DurableOutcome.Deleted || state.Tombstone.Epoch > position.Epoch)
        {
            // Also if it was created again meanwhile: what this session has is of the document before.
            DieDeleted();
            return;
        }

        Adopt(state);
        reconciling = false;
        reconcileFailures = 0;
        reconciledAt = Now;
        if (savedLost)
        {
            // Said while everything was being read.
            RequestReconcile();
        }

        ReleaseHeld();
        outbox.Append();
        outbox.Send();
        if (!reconciling)
        {
            pendingReads.LookEnded(look, CloseReason.Normal);
        }

        LookForRequests();
        SaveForRequests();
        OnRequestsAnswered();
    }

    private void Adopt(DurableState state)
    {
        if (!state.Known.TryGetNews(document.EncodeState(), out var lacking, out var error, isAccepted: true)
            || !content.TryApply(state.Update, out var news, out error))
        {
            throw new InvalidOperationException($"A state that was checked does not read: {error}");
        }

        var wasNew = position.IsNone;
        position = state.Position;
        saver.OnRebased(state);
        broadcaster.OnChanged();
        if (outbox.InFlight is { } append && state.HasEntry(append.Id))
        {
            outbox.Settle(news);
        }
        else
        {
            outbox.RenewInFlight();
            if (!news.IsEmpty)
            {
                broadcaster.Deliver(news);
            }
        }

        pendingSaves.StartAnew();
        outbox.Rebase(lacking);
        saver.OnReconciled();
        if (!wasNew)
        {
            LogReconciled(services.Logger, Name, position, lacking.Length, news.Length);
        }
    }

    private void OnReconcileFailed(long look, Exception exception, CloseReason reason)
    {
        if (++reconcileFailures == 1)
        {
            LogReconcileFailed(services.Logger, exception, Name);
        }

        reconcileTimer.Set(services.Environment.Backoff(reconcileFailures, settings.FirstRetry, settings.LongestRetry));
        pendingReads.LookEnded(look, reason);
        pendingSaves.End(reason);
        OnRequestsAnswered();
    }
}
