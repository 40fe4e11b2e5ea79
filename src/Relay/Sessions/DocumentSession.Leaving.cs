using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// Leaving: snapshot, out of the locator, unsubscribe, free. A connection that comes before the last step takes the
/// session up again; one that comes later gets a new session, which loads when this one is wholly gone.
/// </summary>
internal sealed partial class DocumentSession
{
    private LeaveStep leaveStep;

    /// <summary>
    /// Where the document stood when leaving began, or at this session's last own entry since; nothing after a
    /// reconcile, whose positions are of another history. What other nodes have appended since is theirs to save: who
    /// waits for the last of it never leaves a busy document.
    /// </summary>
    private Position leavingAt;

    private bool nodeStops;

    /// <summary>This node stops: leave as soon as the connections are gone.</summary>
    public void LeaveSoon()
    {
        nodeStops = true;
        idleTimer.Clear();
        BecomeIdleIfEmpty();
    }

    /// <summary>Whether a snapshot is still to be stored before this session may leave.</summary>
    private bool MustSave =>
        isUnsaved
        && (mustSave || leavingAt.IsNone || covered.Epoch != leavingAt.Epoch || position.Epoch != leavingAt.Epoch
            || covered.Offset < leavingAt.Offset);

    private void BeginLeaving()
    {
        if (State == SessionState.Live && attachments.Count == 0)
        {
            State = SessionState.Draining;
            leavingAt = position;
            RemoveReturningPresence();
            if (isSavedElsewhere)
            {
                saveTimer.Set(settings.SavedElsewhereCheck);
            }

            ContinueLeaving();
        }
    }

    /// <summary>
    /// The next step, if nothing is under way that has to end first. Called after whatever may have been that.
    /// </summary>
    private void ContinueLeaving()
    {
        if (State != SessionState.Draining || leaveStep != LeaveStep.None)
        {
            return;
        }

        if (HasRequests || flight is not null || outbox.Count > 0
            || reconciling || reading || saving || presenceOutbox.IsSending || listing
            || (MustSave && (failedSaves > 0 || isSavedElsewhere)))
        {
            return;
        }

        if (MustSave)
        {
            Save();
            return;
        }

        leaveStep = LeaveStep.Removing;
        failedRemoves = 0;
        locatorTimer.Clear();
        RemoveFromLocator();
    }

    /// <summary>
    /// The last step, unless somebody is on the way to this mailbox; whoever that is calls this again.
    /// </summary>
    private void EndIfNobodyCame()
    {
        if (State == SessionState.Draining && leaveStep == LeaveStep.Removed && attachments.Count == 0 && !HasRequests
            && registry.TryRetire(this))
        {
            State = SessionState.Closed;
            memory.Close();
            StopTimers();
            activity?.Leave();
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
        else if (locatorTimer.IsSet)
        {
            locatorTimer.Clear();
            leaveStep = LeaveStep.Removed;
            Return();
        }
    }

    /// <summary>
    /// The last of a session that is closed already: nobody waits for it but the next session of the same document.
    /// </summary>
    private void Free(bool removeFirst) =>
        Start(settings.LongCallTimeout, cancellation => FreeAsync(removeFirst, cancellation), () => registry.Gone(Name),
            _ => registry.Gone(Name));

    private async ValueTask FreeAsync(bool removeFirst, CancellationToken cancellation)
    {
        await SayByeAsync(cancellation);
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
            registry.LateRemovals.Add(Name);
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
