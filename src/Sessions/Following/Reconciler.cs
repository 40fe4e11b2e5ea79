using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// What the session does when its position does not fit the log: put together what is stored, append what that lacks of
/// this session's document, apply and send on what the document lacked, go on from the log's end. Meanwhile entries are
/// held and no append is sent. Belongs to the session's mailbox.
/// </summary>
internal sealed partial class Reconciler
{
    /// <summary>Reconciling reads everything: the same document does so at most once in this time.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly SessionContext context;
    private readonly LoggedDocument content;
    private readonly DurableStateReader durable;
    private readonly ReconcileGate gate;
    private readonly PendingReads requests;
    private readonly IReconcilerTarget target;
    private readonly ILogFollowerSession session;
    private readonly SessionTimer timer;

    /// <summary>A snapshot was stored whose history was over by then.</summary>
    private bool isHistoryLost;
    private int failures;
    private DateTimeOffset endedAt;

    public Reconciler(
        SessionContext context,
        LoggedDocument content,
        DurableStateReader durable,
        ReconcileGate gate,
        PendingReads requests,
        IReconcilerTarget target,
        ILogFollowerSession session)
    {
        this.context = context;
        this.content = content;
        this.durable = durable;
        this.gate = gate;
        this.requests = requests;
        this.target = target;
        this.session = session;
        timer = context.Effects.Timer(this, static reconciler => reconciler.Enter());
    }

    public bool IsReconciling { get; private set; }

    /// <summary>The position does not fit the log.</summary>
    public void Request()
    {
        if (IsReconciling || context.Effects.IsClosed)
        {
            return;
        }

        IsReconciling = true;
        if (target.Position.IsNone)
        {
            LogFirstEntry(context.Logger, context.Name);
        }
        else
        {
            context.Metrics.Reconciled();
            LogReconciling(context.Logger, context.Name, target.Position);
        }

        target.OnReconcileBegun();
        var wait = endedAt + Pause - context.Now;
        if (wait > TimeSpan.Zero)
        {
            timer.Set(wait);
        }
        else
        {
            Enter();
        }
    }

    /// <summary>
    /// A snapshot was stored whose history is over: sessions that follow the log may not have seen it.
    /// </summary>
    public void OnHistoryLost()
    {
        isHistoryLost = true;
        Request();
    }

    private void Enter() => gate.Enter(() => context.Effects.Mailbox.PostElsewhere(ReadEverything));

    private void ReadEverything()
    {
        if (context.Effects.IsClosed)
        {
            gate.Leave();
            return;
        }

        // What arrives from here on is newer than what is read, or in it.
        isHistoryLost = false;
        var look = requests.LookBegins();
        var covered = session.Covered;
        context.Effects.Start(
            context.Settings.LongCallTimeout,
            cancellation => DocumentTraces.TraceAsync(
                "document.reconcile", context.Name, _ => ReadAsync(covered, cancellation)),
            state => OnRead(look, state),
            exception => OnFailed(look, exception, RefusalReason.StoreUnavailable));
    }

    private async ValueTask<DurableState> ReadAsync(Position covered, CancellationToken cancellation)
    {
        try
        {
            return await durable.ReadAsync(context.Name, covered, cancellation);
        }
        finally
        {
            gate.Leave();
        }
    }

    private void OnRead(long look, DurableState state)
    {
        if (state.Outcome == DurableOutcome.Unreadable)
        {
            // This session's document may be the best copy there is: it goes on being served, and what is stored is
            // left alone.
            OnFailed(look, new InvalidDataException(state.Problem), RefusalReason.DocumentUnreadable);
            return;
        }

        if (state.Outcome == DurableOutcome.Deleted || state.Tombstone.Epoch > target.Position.Epoch)
        {
            // Also if it was created again meanwhile.
            target.OnDeleted();
            return;
        }

        Adopt(state);
        IsReconciling = false;
        failures = 0;
        endedAt = context.Now;
        if (isHistoryLost)
        {
            // Said while everything was being read.
            Request();
        }

        target.ReleaseHeld();
        session.OnReconciled();
        if (!IsReconciling)
        {
            requests.LookEnded(look, RefusalReason.None);
        }

        session.OnLookEnded();
    }

    private void Adopt(DurableState state)
    {
        if (!state.Known.TryGetNews(content.Document.EncodeState(), out var lacking, out var error, isAccepted: true)
            || !content.TryApply(state.Update, out var diff, out error))
        {
            throw new InvalidOperationException($"A state that was checked does not read: {error}");
        }

        var wasNew = target.Position.IsNone;
        target.MoveTo(state.Position);
        session.OnChanged();
        session.OnRebased(state, diff, lacking);
        if (!wasNew)
        {
            LogReconciled(context.Logger, context.Name, state.Position, lacking.Length, diff.Length);
        }
    }

    private void OnFailed(long look, Exception exception, RefusalReason reason)
    {
        if (++failures == 1)
        {
            LogReconcileFailed(context.Logger, exception, context.Name);
        }

        timer.Set(
            context.Effects.Environment.Backoff(failures, context.Settings.FirstRetry, context.Settings.LongestRetry));
        requests.LookEnded(look, reason);
        session.OnReconcileFailed(reason);
    }
}
