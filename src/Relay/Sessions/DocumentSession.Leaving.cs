using Relay.Connections;

namespace Relay.Sessions;

/// <summary>
/// Leaving: snapshot, out of the locator, unsubscribe, free. A connection that comes before the last step takes the session up again; one that comes later gets a new session, which loads when
/// this one is wholly gone.
/// </summary>
internal sealed partial class DocumentSession
{
    private const int RemoveTries = 5;

    private LeaveStep leaveStep;
    private int failedRemoves;
    private bool nodeStops;

    /// <summary>This node stops: leave as soon as the connections are gone.</summary>
    public void LeaveSoon()
    {
        nodeStops = true;
        idleTimer.Clear();
        BecomeIdleIfEmpty();
    }

    private void BeginLeaving()
    {
        if (State == SessionState.Live && attachments.Count == 0)
        {
            State = SessionState.Draining;
            RemoveReturningPresence();
            ContinueLeaving();
        }
    }

    /// <summary>The next step, if nothing is under way that has to end first. Called after whatever may have been that.</summary>
    private void ContinueLeaving()
    {
        if (State != SessionState.Draining || leaveStep != LeaveStep.None)
        {
            return;
        }

        if (flight is not null || outbox.Count > 0 || reconciling || reading || saving || publishing || (isUnsaved && failedSaves > 0))
        {
            return;
        }

        if (isUnsaved)
        {
            Save();
            return;
        }

        leaveStep = LeaveStep.Removing;
        failedRemoves = 0;
        RemoveFromLocator();
    }

    private void RemoveFromLocator() =>
        Start(settings.CallTimeout, cancellation => services.Locator.RemoveAsync(Name, cancellation), () => OnRemoved(null), OnRemoved);

    private void OnRemoved(Exception? failure)
    {
        if (failure is not null)
        {
            LogLeaveFailed(services.Logger, failure, Name);
        }

        if (State == SessionState.Closed)
        {
            Free(removeFirst: false);
            return;
        }

        leaveStep = LeaveStep.Removed;
        if (attachments.Count > 0)
        {
            Return();
        }
        else if (failure is not null && ++failedRemoves < RemoveTries)
        {
            leaveStep = LeaveStep.Removing;
            removeTimer.Set(services.Environment.Backoff(failedRemoves, settings.FirstRetry, settings.LongestAppendRetry));
        }
        else
        {
            // It stays in the table if it could not be removed: who asks this node for the document will hear that it does not hold it.
            EndIfNobodyCame();
        }
    }

    /// <summary>The last step, unless somebody is on the way to this mailbox; whoever that is calls this again.</summary>
    private void EndIfNobodyCame()
    {
        if (State == SessionState.Draining && leaveStep == LeaveStep.Removed && attachments.Count == 0 && registry.TryRetire(this))
        {
            State = SessionState.Closed;
            StopTimers();
            LogLeft(services.Logger, Name);
            Free(removeFirst: false);
        }
    }

    /// <summary>A connection came while the session was draining.</summary>
    private void TakeUpAgain()
    {
        LogTakenUpAgain(services.Logger, Name);
        if (leaveStep == LeaveStep.None)
        {
            State = SessionState.Live;
        }
        else if (leaveStep == LeaveStep.Removed)
        {
            Return();
        }
        else if (removeTimer.IsSet)
        {
            removeTimer.Clear();
            leaveStep = LeaveStep.Removed;
            Return();
        }
    }

    private void Return()
    {
        leaveStep = LeaveStep.Returning;
        Start(
            settings.CallTimeout,
            async cancellation => _ = await services.Locator.AddAsync(Name, cancellation),
            () => OnReturned(null),
            OnReturned);
    }

    private void OnReturned(Exception? failure)
    {
        if (State == SessionState.Closed)
        {
            Free(removeFirst: true);
            return;
        }

        leaveStep = LeaveStep.None;
        if (failure is not null)
        {
            LogLoadFailed(services.Logger, failure, Name);
            closedFor = CloseReason.StoreUnavailable;
            Die(closedFor);
            return;
        }

        State = SessionState.Live;
        foreach (var attachment in attachments.ToArray())
        {
            if (attachment.IsAttached && !attachment.IsServed && State == SessionState.Live)
            {
                Serve(attachment);
            }
        }

        BecomeIdleIfEmpty();
    }

    /// <summary>The last of a session that is closed already: nobody waits for it but the next session of the same document.</summary>
    private void Free(bool removeFirst) =>
        Start(settings.LongCallTimeout, cancellation => FreeAsync(removeFirst, cancellation), () => registry.Gone(this), _ => registry.Gone(this));

    private async ValueTask FreeAsync(bool removeFirst, CancellationToken cancellation)
    {
        try
        {
            if (removeFirst)
            {
                await services.Locator.RemoveAsync(Name, cancellation);
            }
        }
        catch (Exception exception)
        {
            LogLeaveFailed(services.Logger, exception, Name);
        }

        try
        {
            if (subscription is not null)
            {
                await subscription.DisposeAsync();
            }
        }
        catch (Exception exception)
        {
            LogLeaveFailed(services.Logger, exception, Name);
        }
    }
}
