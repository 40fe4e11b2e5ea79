using Relay.Connections;
using Relay.Telemetry;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// What the session does when its position does not fit the log: put together what is stored, append what that lacks of
/// this session's document, apply and send on what the document lacked, go on from the log's end. Meanwhile entries are
/// held and nothing is appended.
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

    /// <summary>
    /// Whether something that the stores lack is still to be appended: until then the document is more than its
    /// position says.
    /// </summary>
    private bool IsRecovering =>
        outbox.Exists(i => i.IsRecovery) || (flight is not null && flight.Items.Any(i => i.IsRecovery));

    private void RequestReconcile()
    {
        if (reconciling || State == SessionState.Closed)
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
        if (State == SessionState.Closed)
        {
            services.Gate.Leave();
            return;
        }

        // What arrives from here on is newer than what is read, or in it.
        savedLost = false;
        var look = pendingReads.LookBegins();
        Start(
            settings.LongCallTimeout,
            cancellation => RelayTraces.TraceAsync("document.reconcile", Name,
                _ => services.Durable.ReadAsync(Name, covered, cancellation)),
            state => OnEverythingRead(look, state),
            exception => OnReconcileFailed(look, exception, CloseReason.StoreUnavailable));
    }

    private void OnEverythingRead(long look, DurableState state)
    {
        if (state.Outcome == DurableOutcome.Unreadable)
        {
            // This session's document may be the best copy there is: it goes on being served, and what is stored is
            // left alone.
            OnReconcileFailed(look, new InvalidDataException(state.Problem), CloseReason.DocumentUnreadable);
            return;
        }

        services.Gate.Leave();
        if (State == SessionState.Closed)
        {
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
        StartAppend();
        SendFlight();
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
            || !document.TryApply(state.Update, out var news, out error))
        {
            throw new InvalidOperationException($"A state that was checked does not read: {error}");
        }

        var wasNew = position.IsNone;
        position = state.Position;
        saved = state.Saved;
        covered = state.IsInLog ? saved : Position.None;
        unreadable = state.Unreadable;
        snapshots.Restart(state.Covers, position);
        documentVersion++;
        answers.Forget();
        limit.Holds(document.MemoryBytes);
        unsavedBytes = state.EntryBytes;
        if (flight is not null && state.HasEntryOf(flight))
        {
            SettleFlight(news);
        }
        else
        {
            if (flight is not null)
            {
                // A new id: it may have been stored in the history that is lost, and stored again at the same offset
                // its position would name two histories. Should the old append still land, it brings nothing new.
                flight = new Flight(services.Environment.NewEntryId(), flight.Payload, flight.Items, flight.StartedAt);
            }

            if (!news.IsEmpty)
            {
                Deliver(news);
            }
        }

        leavingAt = Position.None;
        pendingSaves.StartAnew();

        // Computed anew: it contains what an earlier recovery still had to append.
        outbox.RemoveAll(i => i.IsRecovery);
        if (!lacking.IsEmpty)
        {
            outbox.Insert(0, new OutboxItem(null, lacking, 0, false, documentVersion));
        }

        RecoverStrays(state);
        AppendPeerUnlogged();
        if (position != saved)
        {
            MarkUnsaved();
        }

        if (!wasNew)
        {
            LogReconciled(services.Logger, Name, position, lacking.Length, news.Length);
        }
    }

    /// <summary>Sessions that follow the log lack what only a snapshot of a lost history has.</summary>
    private void RecoverStrays(DurableState state)
    {
        if (!state.Strays.IsEmpty)
        {
            outbox.Insert(0, new OutboxItem(null, state.Strays, 0, false, documentVersion));
        }
    }

    private void OnReconcileFailed(long look, Exception exception, CloseReason reason)
    {
        services.Gate.Leave();
        if (State == SessionState.Closed)
        {
            return;
        }

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
