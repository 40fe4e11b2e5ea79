using Relay.Backplane;
using Relay.Persistence;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// Reads from the log what the channel did not bring, and repeats that until it succeeds. One read is under way at a
/// time. Belongs to the session's mailbox.
/// </summary>
internal sealed partial class LogReader
{
    private readonly SessionContext context;
    private readonly IDocumentLog log;
    private readonly ISnapshotStore snapshots;
    private readonly PendingReads requests;
    private readonly ILogReaderTarget target;
    private readonly SessionTimer timer;
    private bool isAgain;

    /// <summary>The session has reason to think that it lacks entries: a read that fails is repeated.</summary>
    private bool isDue;
    private int failures;

    public LogReader(
        SessionContext context,
        IDocumentLog log,
        ISnapshotStore snapshots,
        PendingReads requests,
        ILogReaderTarget target)
    {
        this.context = context;
        this.log = log;
        this.snapshots = snapshots;
        this.requests = requests;
        this.target = target;
        timer = context.Effects.Timer(this, static reader => reader.Read());
    }

    /// <summary>Whether a read is under way.</summary>
    public bool IsReading { get; private set; }

    /// <summary>Reads what follows the session's position, because entries may be missing.</summary>
    public void Read()
    {
        if (!target.IsFollowing)
        {
            return;
        }

        isDue = true;
        if (IsReading)
        {
            isAgain = true;
            return;
        }

        Begin();
    }

    /// <summary>
    /// Begins a read, which also answers requests. Where no entry is missing, it is one short script of Redis.
    /// </summary>
    public void Begin()
    {
        IsReading = true;
        isAgain = false;
        var look = requests.LookBegins();
        var after = target.Position;
        target.OnReadBegun();
        context.Effects.Start(
            context.Settings.CallTimeout,
            cancellation => ReadAfterAsync(after, cancellation),
            outcome => OnRead(look, outcome),
            exception => OnFailed(look, exception));
    }

    /// <summary>A reconcile reads everything: no repetition is due any more.</summary>
    public void Stop() => timer.Clear();

    /// <summary>
    /// Without a log the newest snapshot says whether entries are missing. Nearly always none is: a log expires when
    /// all of it is covered. But it may have been lost, too, after other nodes had gone further than this one.
    /// </summary>
    private async ValueTask<(LogReadResult Read, Position Newest)> ReadAfterAsync(
        Position after, CancellationToken cancellation)
    {
        var read = await log.ReadAsync(context.Name, after, cancellation);
        if (read.Outcome != LogReadOutcome.NoLog)
        {
            return (read, Position.None);
        }

        var listing = await snapshots.ListAsync(context.Name, cancellation);
        return (read, listing.Count == 0 ? Position.None : listing[0].Position);
    }

    private void OnRead(long look, (LogReadResult Read, Position Newest) outcome)
    {
        IsReading = false;
        failures = 0;
        isDue = isAgain;
        if (!target.IsFollowing)
        {
            // The reconcile began later, or ends later: it answers the requests.
            return;
        }

        isAgain |= target.TakeRead(outcome.Read, outcome.Newest);
        if (target.IsFollowing)
        {
            requests.LookEnded(look, RefusalReason.None);
        }

        if (isAgain)
        {
            Read();
        }

        target.OnReadEnded();
    }

    private void OnFailed(long look, Exception exception)
    {
        IsReading = false;
        if (!target.IsFollowing)
        {
            return;
        }

        if (isDue)
        {
            if (++failures == 1)
            {
                LogReadFailed(context.Logger, exception, context.Name);
            }

            timer.Set(
                context.Effects.Environment.Backoff(
                    failures, context.Settings.FirstRetry, context.Settings.LongestRetry));
        }

        requests.LookEnded(look, RefusalReason.StoreUnavailable);
        target.OnReadEnded();
    }
}
