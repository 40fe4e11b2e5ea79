using Relay.Backplane;

namespace Relay.Sessions;

/// <summary>
/// What the lifecycle, the loader and the locator listing ask the other parts of their session, and tell them. Belongs
/// to the session's mailbox.
/// </summary>
/// <param name="parts">The session's parts.</param>
/// <param name="place">The session's place at its node.</param>
internal sealed class LifecycleWiring(SessionParts parts, ISessionPlace place)
    : ILifecycleSession, IListingSession, ILoaderSession
{
    bool ILifecycleSession.HasRequests => !parts.PendingReads.IsEmpty || !parts.PendingSaves.IsEmpty;

    bool ILifecycleSession.IsBusy =>
        !parts.Outbox.IsEmpty || parts.Follower.IsBusy || parts.Saver.IsSaving || parts.Awareness.IsPublishing;

    void ILifecycleSession.OnLive() => parts.Admission.ServeAll();

    void ILifecycleSession.OnDraining()
    {
        parts.Awareness.OnDraining();
        parts.Saver.OnDraining();
    }

    bool ILifecycleSession.TrySaveAll() => parts.Saver.TrySaveAll();

    bool ILifecycleSession.TryRetire()
    {
        if (!place.TryRetire())
        {
            return false;
        }

        parts.Figures.Close();
        return true;
    }

    void ILifecycleSession.OnFailed(RefusalReason reason)
    {
        parts.Admission.CloseAll(reason);
        parts.Requests.End(reason);
        place.Retire();
        parts.Figures.Close();
    }

    void ILifecycleSession.OnClosed()
    {
        parts.Memory.Close();
        parts.Activity?.Leave();
    }

    async ValueTask ILifecycleSession.ReleaseAsync(CancellationToken cancellation)
    {
        await parts.Publisher.SayByeAsync(cancellation);
        await parts.Listing.ReleaseAsync(cancellation);
        await parts.Loader.ReleaseAsync();
    }

    void ILifecycleSession.OnFreed() => place.OnFreed();

    bool IListingSession.IsWanted => parts.Lifecycle.HasConnections;

    void IListingSession.OnAdditionEnded() => parts.Lifecycle.ContinueDraining();

    void IListingSession.OnRemoved() => parts.Lifecycle.LeaveIfUnwanted();

    void IListingSession.OnReturned() => parts.Lifecycle.OnRelisted();

    bool ILoaderSession.IsSaveDemanded => parts.Saver.IsDemanded;

    void ILoaderSession.OnListening() => parts.Awareness.OnListening();

    void ILoaderSession.OnLoaded(LoadedDocument loaded)
    {
        var state = loaded.State;
        parts.Follower.Begin(state);
        parts.Lifecycle.OnLoaded();
        parts.Saver.OnLoaded(state);
        parts.Listing.AddAgain(loaded.IsListed);
        if (loaded.Peer is { } peer)
        {
            parts.Unlogged.OnPeer(peer.Position.Epoch >= state.Tombstone.Epoch ? peer.Unlogged : default);
            parts.Awareness.OnChannel(0, AwarenessKind.Changes, peer.Awareness);
        }

        if (parts.Outbox.Recover(state.Strays))
        {
            parts.Outbox.Append();
        }
        else if (parts.Saver.Known.Unreadable.Contains(parts.Follower.Position) || loaded.IsPeerElsewhere)
        {
            // The snapshot of this very position does not read and is kept, so the document cannot be saved here. Or
            // the log was lost, and a node that has what is lost does not know that yet.
            parts.Outbox.MoveOn();
        }

        parts.Follower.ReleaseHeld();
        parts.Requests.OnLoaded(loaded.Look);
        parts.Admission.ServeAll();
        parts.Lifecycle.WatchIdleTime();
    }

    void ILoaderSession.OnLoadFailed(RefusalReason reason) => parts.Lifecycle.Fail(reason);
}
