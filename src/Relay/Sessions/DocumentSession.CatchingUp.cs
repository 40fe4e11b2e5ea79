using Relay.Backplane;
using Relay.Connections;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>What the channel did not bring is read from the log.</summary>
internal sealed partial class DocumentSession
{
    private bool reading;
    private bool readAgain;

    /// <summary>The session has reason to think that it lacks something: a read that fails is repeated.</summary>
    private bool readIsDue;
    private int failedReads;

    private void OnGapWaited()
    {
        if (aheadBytes > 0)
        {
            ReadOn();
        }
    }

    /// <summary>Reads what follows the session's position from the log.</summary>
    private void ReadOn()
    {
        if (reconciling || State is SessionState.Loading or SessionState.Closed)
        {
            return;
        }

        readIsDue = true;
        if (reading)
        {
            readAgain = true;
            return;
        }

        BeginRead();
    }

    /// <summary>The read answers requests, too. Where no entry is missing, it is one short script of Redis.</summary>
    private void BeginRead()
    {
        reading = true;
        readAgain = false;
        var look = pendingReads.LookBegins();
        var after = position;
        LoggedEntry[] waiting = ahead.Count == 0 ? [] : [.. ahead.Values];
        Start(
            settings.CallTimeout,
            cancellation => ReadAfterAsync(after, cancellation),
            outcome => OnRead(look, outcome, waiting),
            exception => OnReadFailed(look, exception));
    }

    /// <summary>
    /// Without a log the newest snapshot says whether anything is missing. Nearly always nothing is: a log expires when
    /// all of it is covered. But it may have been lost, too, after other nodes had gone further than this one.
    /// </summary>
    private async ValueTask<(LogReadResult Read, Position Newest)> ReadAfterAsync(Position after,
        CancellationToken cancellation)
    {
        var read = await services.Log.ReadAsync(Name, after, cancellation);
        if (read.Outcome != LogReadOutcome.NoLog)
        {
            return (read, Position.None);
        }

        var listing = await services.Snapshots.ListAsync(Name, cancellation);
        return (read, listing.Count == 0 ? Position.None : listing[0].Position);
    }

    /// <param name="look">Which requests it answers.</param>
    /// <param name="outcome">What was read.</param>
    /// <param name="waiting">Entries from beyond the next offset that were here before the read began.</param>
    private void OnRead(long look, (LogReadResult Read, Position Newest) outcome, LoggedEntry[] waiting)
    {
        var (result, newest) = outcome;
        reading = false;
        failedReads = 0;
        readIsDue = readAgain;
        if (State == SessionState.Closed || reconciling)
        {
            // The reconcile began later, or ends later: it answers the requests.
            return;
        }

        if (aheadBytes > settings.HeldBytes)
        {
            // What it was too much to keep may have come after the log was read.
            ahead.Clear();
            aheadBytes = 0;
            readAgain = true;
        }

        if (result.Outcome == LogReadOutcome.Entries)
        {
            foreach (var entry in result.Entries)
            {
                OnEntry(entry);
            }

            DropLost(waiting);
        }
        else if (result.Outcome != LogReadOutcome.NoLog || position != covered || position != newest)
        {
            RequestReconcile();
        }

        if (ahead.Count > 0 && !reconciling)
        {
            // It came after the log was read, and what is before it may be lost.
            gapTimer.Set(settings.GapWait);
        }

        if (!reconciling)
        {
            pendingReads.LookEnded(look, CloseReason.Normal);
        }

        if (readAgain)
        {
            ReadOn();
        }

        LookForRequests();
        OnRequestsAnswered();
    }

    /// <summary>
    /// An entry is in the log before it is heard of. What waited for a read and was not reached by it is of a history
    /// that a failover lost: the entries before it never come.
    /// </summary>
    private void DropLost(LoggedEntry[] waiting)
    {
        foreach (var entry in waiting)
        {
            if (ahead.TryGetValue(entry.Position.Offset, out var kept) && kept.Position == entry.Position)
            {
                ahead.Remove(entry.Position.Offset);
                aheadBytes -= entry.Payload.Length + 64;
            }
        }
    }

    private void OnReadFailed(long look, Exception exception)
    {
        reading = false;
        if (State == SessionState.Closed || reconciling)
        {
            return;
        }

        if (readIsDue)
        {
            if (++failedReads == 1)
            {
                LogReadingFailed(services.Logger, exception, Name);
            }

            readTimer.Set(services.Environment.Backoff(failedReads, settings.FirstRetry, settings.LongestRetry));
        }

        pendingReads.LookEnded(look, CloseReason.StoreUnavailable);
        LookForRequests();
        OnRequestsAnswered();
    }
}
