namespace Relay.Sessions;

/// <summary>
/// The stage of a session, and the one way out of it. A session leaves when its last connection has been gone for a
/// while: snapshot, out of the locator, unsubscribe, free. A connection that comes before the last step takes the
/// session up again; one that comes later gets a new session, which loads when this one is freed. Belongs to the
/// session's mailbox.
/// </summary>
internal sealed partial class SessionLifecycle
{
    private readonly SessionContext context;
    private readonly ConnectionSet connections;
    private readonly LocatorListing listing;
    private readonly ILifecycleSession session;
    private readonly SessionTimer idleTimer;
    private bool wasServed;
    private bool nodeStops;

    public SessionLifecycle(
        SessionContext context, ConnectionSet connections, LocatorListing listing, ILifecycleSession session)
    {
        this.context = context;
        this.connections = connections;
        this.listing = listing;
        this.session = session;
        idleTimer = context.Effects.Timer(this, static lifecycle => lifecycle.OnIdleTimeEnded());
    }

    public SessionStage Stage { get; private set; } = SessionStage.Loading;

    /// <summary>Whether the document is in memory, as a whole.</summary>
    public bool IsOpen => Stage is SessionStage.Live or SessionStage.Draining or SessionStage.Leaving;

    /// <summary>Whether the session is on its way out, from which a connection may bring it back.</summary>
    public bool IsBeingLeft => Stage is SessionStage.Draining or SessionStage.Leaving;

    /// <summary>Whether the session has connections, served or not.</summary>
    public bool HasConnections => connections.Count > 0;

    public bool IsClosed => Stage == SessionStage.Closed;

    /// <summary>Why the session was closed, for a connection that chose it before.</summary>
    public RefusalReason ClosedFor { get; private set; } = RefusalReason.InternalError;

    /// <summary>The document is put together.</summary>
    public void OnLoaded() => Enter(SessionEvent.Loaded);

    /// <summary>A connection joined; the caller serves it if the session is live then.</summary>
    public void OnJoined()
    {
        idleTimer.Clear();
        if (IsBeingLeft)
        {
            LogTakenUpAgain(context.Logger, context.Name);
        }

        Enter(SessionEvent.Joined);
        if (Stage == SessionStage.Leaving)
        {
            listing.Return();
        }
    }

    /// <summary>
    /// A connection was served: from now on the session stays for a while when its last connection goes.
    /// </summary>
    public void OnServed() => wasServed = true;

    /// <summary>This node stops: the session leaves as soon as its connections are gone.</summary>
    public void OnNodeStops()
    {
        nodeStops = true;
        idleTimer.Clear();
        WatchIdleTime();
    }

    /// <summary>Begins the idle time if no connection and no request needs the session.</summary>
    public void WatchIdleTime()
    {
        if (connections.Count == 0 && !session.HasRequests && Stage == SessionStage.Live && !idleTimer.IsSet)
        {
            idleTimer.Set(wasServed && !nodeStops ? context.Settings.IdleTimeout : TimeSpan.Zero);
        }
    }

    /// <summary>A call has ended, or a request was answered: the session may have waited for that.</summary>
    public void Advance()
    {
        WatchIdleTime();
        LeaveIfUnwanted();
        ContinueDraining();
    }

    /// <summary>The next step of draining, if no call is under way that has to end first.</summary>
    public void ContinueDraining()
    {
        if (Stage == SessionStage.Draining && !session.HasRequests && !session.IsBusy && !listing.IsAdding
            && session.TrySaveAll())
        {
            Enter(SessionEvent.Settled);
            listing.Remove();
        }
    }

    /// <summary>The last step, unless a connection is about to join; its handler calls this again.</summary>
    public void LeaveIfUnwanted()
    {
        if (Stage == SessionStage.Leaving && listing.IsRemoved && connections.Count == 0 && !session.HasRequests
            && session.TryRetire())
        {
            LogLeft(context.Logger, context.Name);
            Enter(SessionEvent.Left);
            Close();
        }
    }

    /// <summary>This node is back in the locator.</summary>
    public void OnRelisted()
    {
        Enter(SessionEvent.Relisted);
        session.OnLive();
        WatchIdleTime();
    }

    /// <summary>
    /// Ends the session, with its connections and requests; no snapshot is written. What was logged is in the log.
    /// </summary>
    public void Fail(RefusalReason reason)
    {
        if (IsClosed)
        {
            return;
        }

        Enter(SessionEvent.Failed);
        ClosedFor = reason;
        session.OnFailed(reason);
        Close();
    }

    private void OnIdleTimeEnded()
    {
        if (Stage == SessionStage.Live && connections.Count == 0)
        {
            Enter(SessionEvent.IdleTimeEnded);
            session.OnDraining();
            ContinueDraining();
        }
    }

    /// <summary>
    /// The one way out: frees what the session holds on this node now, and what it holds outside of it as soon as no
    /// call is under way that may still change that.
    /// </summary>
    private void Close()
    {
        session.OnClosed();
        context.Effects.Close(context.Settings.LongCallTimeout, session.ReleaseAsync, failure =>
        {
            if (failure is not null)
            {
                LogNotFreed(context.Logger, failure, context.Name);
            }

            session.OnFreed();
        });
    }

    private void Enter(SessionEvent happened) =>
        Stage = SessionTransitions.Next(Stage, happened)
            ?? throw new InvalidOperationException($"A session that is {Stage} cannot have the event {happened}.");
}
