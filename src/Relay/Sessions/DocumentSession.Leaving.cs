using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// Leaving: snapshot, out of the locator, unsubscribe, free. A connection that comes before the last step takes the session up again; one that comes later gets a new session, which loads when
/// this one is wholly gone.
/// </summary>
internal sealed partial class DocumentSession
{
    /// <summary>Where the document stood when leaving began, or at this session's last own entry since; nothing after a reconcile, whose positions are of another history. What other nodes have appended since is theirs to save: who waits for the last of it never leaves a busy document.</summary>
    private Position leavingAt;

    private bool nodeStops;

    /// <summary>Whether this node is being taken out of the locator, or is out of it.</summary>
    private bool isLeaving;

    bool IListingSession.IsWanted => attachments.Count > 0;

    void IListingSession.OnAdditionEnded() => ContinueLeaving();

    void IListingSession.OnRemoved() => EndIfNobodyCame();

    void IListingSession.OnReturned()
    {
        isLeaving = false;
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

    /// <summary>This node stops: leave as soon as the connections are gone.</summary>
    public void LeaveSoon()
    {
        nodeStops = true;
        idleTimer.Clear();
        BecomeIdleIfEmpty();
    }

    /// <summary>Whether a snapshot is still to be stored before this session may leave.</summary>
    private bool MustSave => isUnsaved && (mustSave || leavingAt.IsNone || covered.Epoch != leavingAt.Epoch || position.Epoch != leavingAt.Epoch || covered.Offset < leavingAt.Offset);

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

    /// <summary>The next step, if nothing is under way that has to end first. Called after whatever may have been that.</summary>
    private void ContinueLeaving()
    {
        if (State != SessionState.Draining || isLeaving)
        {
            return;
        }

        if (HasRequests || flight is not null || outbox.Count > 0
            || reconciling || reading || saving || presenceOutbox.IsSending || listing.IsAdding
            || (MustSave && (failedSaves > 0 || isSavedElsewhere)))
        {
            return;
        }

        if (MustSave)
        {
            Save();
            return;
        }

        isLeaving = true;
        listing.Remove();
    }

    /// <summary>The last step, unless somebody is on the way to this mailbox; whoever that is calls this again.</summary>
    private void EndIfNobodyCame()
    {
        if (State == SessionState.Draining && isLeaving && listing.IsRemoved && attachments.Count == 0 && !HasRequests
            && registry.TryRetire(this))
        {
            LogLeft(services.Logger, Name);
            Close();
        }
    }

    /// <summary>A connection came while the session was draining.</summary>
    private void TakeUpAgain()
    {
        LogTakenUpAgain(services.Logger, Name);
        if (isLeaving)
        {
            listing.Return();
        }
        else
        {
            State = SessionState.Live;
        }
    }

    /// <summary>
    /// The last step of a session that is closed already. Only the next session of the document waits for it.
    /// </summary>
    private async ValueTask FreeAsync(CancellationToken cancellation)
    {
        await SayByeAsync(cancellation);
        try
        {
            if (listing.MayBeListed)
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
