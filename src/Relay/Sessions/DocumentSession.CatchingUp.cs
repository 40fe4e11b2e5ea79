using Relay.Backplane;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>What the channel did not bring is read from the log.</summary>
internal sealed partial class DocumentSession
{
    private bool reading;
    private bool readAgain;
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

        if (reading)
        {
            readAgain = true;
            return;
        }

        reading = true;
        readAgain = false;
        var after = position;
        Start(settings.CallTimeout, cancellation => ReadAfterAsync(after, cancellation), OnRead, OnReadFailed);
    }

    /// <summary>
    /// Without a log the newest snapshot says whether anything is missing. Nearly always nothing is: a log expires when all of it is covered. But it may have been lost, too, after other nodes had gone
    /// further than this one.
    /// </summary>
    private async ValueTask<(LogReadResult Read, Position Newest)> ReadAfterAsync(Position after, CancellationToken cancellation)
    {
        var read = await services.Log.ReadAsync(Name, after, cancellation);
        if (read.Outcome != LogReadOutcome.NoLog)
        {
            return (read, Position.None);
        }

        var listing = await services.Snapshots.ListAsync(Name, cancellation);
        return (read, listing.Count == 0 ? Position.None : listing[0].Position);
    }

    private void OnRead((LogReadResult Read, Position Newest) outcome)
    {
        var (result, newest) = outcome;
        reading = false;
        failedReads = 0;
        if (State == SessionState.Closed || reconciling)
        {
            return;
        }

        // What waited for the hole is in the log, too; what it was too much to keep as well.
        ahead.Clear();
        aheadBytes = 0;
        gapTimer.Clear();
        if (result.Outcome == LogReadOutcome.Entries)
        {
            foreach (var entry in result.Entries)
            {
                OnEntry(entry);
            }
        }
        else if (result.Outcome != LogReadOutcome.NoLog || position != covered || position != newest)
        {
            RequestReconcile();
        }

        if (readAgain)
        {
            ReadOn();
        }

        ContinueLeaving();
    }

    private void OnReadFailed(Exception exception)
    {
        reading = false;
        if (State == SessionState.Closed || reconciling)
        {
            return;
        }

        if (++failedReads == 1)
        {
            LogReadingFailed(services.Logger, exception, Name);
        }

        readTimer.Set(services.Environment.Backoff(failedReads, settings.FirstRetry, settings.LongestRetry));
    }
}
