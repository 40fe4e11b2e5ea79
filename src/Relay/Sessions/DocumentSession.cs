using Relay.Backplane;
using Relay.Connections;
using Relay.Metadata;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// A node's copy of one document in memory, with the connections on this node. An actor: every change passes through one mailbox, whose handlers are synchronous. What takes time (append, read,
/// save, the locator) is started by a handler, and its end comes back as a message, whose handler looks at the state again. The document is exactly the log's entries up to
/// its position, or a state that covers them.
/// </summary>
internal sealed partial class DocumentSession : IAttachmentSession, IListingSession, ILifecycleSession, ISaverSession, IAwarenessSession,
    IBroadcasterSession, IOutboxSession, ILogFollowerSession, ILoaderSession
{
    private readonly SessionServices services;
    private readonly SessionSettings settings;
    private readonly SessionRegistry registry;
    private readonly RoomActivity? activity;
    private readonly SessionEffects effects;
    private readonly ConnectionSet connections;
    private readonly SessionLifecycle lifecycle;
    private readonly SessionTimer<DocumentSession> openingTimer;
    private readonly OpeningConnections openings;
    private readonly MemoryShare memory;
    private readonly LoggedDocument content;
    private readonly Loader loader;
    private readonly LogFollower follower;
    private readonly Outbox outbox;
    private readonly UnloggedUpdates unlogged;
    private readonly Saver saver;
    private readonly LocatorListing listing;
    private readonly SessionAwareness awareness;
    private readonly AwarenessPublisher publisher;
    private readonly Broadcaster broadcaster;
    private readonly RoomFigures figures;
    private readonly StatelessMessages stateless;

    public DocumentSession(DocumentName name, SessionServices services, SessionRegistry registry)
    {
        Name = name;
        this.services = services;
        this.registry = registry;
        settings = services.Settings;
        activity = services.Rooms?.Begin(name);
        figures = activity?.Figures ?? new RoomFigures();
        memory = (services.Memory ?? NodeMemory.Unlimited).Open();
        content = new LoggedDocument(
            settings.GarbageCollection, new GrowthLimit(settings.MaxDocumentBytes, memory), figures);
        Mailbox = new Mailbox(services.Environment.Scheduler, OnHandlerFailed, IsLong);
        effects = new SessionEffects(Mailbox, services.Environment);
        var context = new SessionContext(name, settings, effects, services.Metrics, services.Logger);
        follower = new LogFollower(
            context,
            content,
            services.Log,
            services.Snapshots,
            services.Durable,
            services.Gate,
            pendingReads,
            this);
        outbox = new Outbox(context, content, services.Log, figures, this);
        var writer = new SnapshotWriter(context, services.Log, services.Jobs, services.Snapshots, activity);
        saver = new Saver(context, content, writer, this);
        connections = new ConnectionSet(figures, activity);
        listing = new LocatorListing(context, services.Locator, this);
        lifecycle = new SessionLifecycle(context, connections, listing, this);
        var registered = new AwarenessRegistry(settings.Awareness, settings.ReturnTime, memory);
        var outgoing = new PresenceOutbox(registered.Records);
        publisher = new AwarenessPublisher(context, services.Channel, outgoing);
        awareness = new SessionAwareness(context, connections, registered, publisher, this);
        broadcaster = new Broadcaster(
            context,
            connections,
            content,
            registered.Records,
            services.Answers ?? AnswerBudget.Unlimited,
            figures,
            this);
        var sources = new LoadSources(
            services.Channel, services.Peers, services.Durable, services.Log, services.Snapshots, services.Jobs);
        loader = new Loader(context, sources, listing, pendingReads, new ChannelListener(this), this);
        unlogged = new UnloggedUpdates(context, content, outbox, broadcaster.DeliverUnlogged);
        stateless = new StatelessMessages(context, services.Channel, broadcaster.Spread);
        openings = new OpeningConnections(settings.OpeningPatience);
        openingTimer = effects.Timer(this, static session => session.OnOpeningDue());
    }

    public DocumentName Name { get; }

    public Mailbox Mailbox { get; }

    /// <summary>The stage, for tests.</summary>
    public SessionStage Stage => lifecycle.Stage;

    /// <summary>Starts the load. Called once, when no earlier session of this document is still being freed.</summary>
    public void BeginLoad()
    {
        if (services.Memory?.IsFull == true)
        {
            lifecycle.Fail(CloseReason.NodeIsFull);
        }
        else if (!lifecycle.IsClosed)
        {
            loader.Begin();
        }
    }

    /// <summary>What another node needs to load the document; null while this one is not whole.</summary>
    public PeerState? Share() =>
        !lifecycle.IsOpen || follower.IsReconciling || outbox.IsRecovering
            ? null
            : new PeerState(
                follower.Position,
                saver.Known.Covered,
                saver.Known.Unreadable,
                content.Encode(),
                unlogged.Merge(null),
                awareness.EncodeOwn());

    /// <summary>An application's message came over the channel.</summary>
    public void OnChannelStateless(ulong sender, ReadOnlyMemory<byte> message)
    {
        if (!lifecycle.IsClosed)
        {
            stateless.OnChannel(sender, message);
        }
    }

    /// <summary>Another node tells about its clients.</summary>
    public void OnChannelAwareness(ulong node, AwarenessKind kind, ReadOnlyMemory<byte> told)
    {
        if (!lifecycle.IsClosed)
        {
            awareness.OnChannel(node, kind, told);
        }
    }

    /// <summary>A node's report has ended: it is dead, and its clients are gone.</summary>
    public void OnNodeEnded(ulong node) => awareness.OnNodeEnded(node);

    /// <summary>A node whose report had ended had only paused: its clients are there all the same.</summary>
    public void OnNodeReturned(ulong node) => awareness.OnNodeReturned(node);

    /// <summary>All clients that are there, and those that went lately; null while the session is loading or gone.</summary>
    public byte[]? Presence() => lifecycle.IsOpen ? awareness.EncodeKnown() : null;

    /// <summary>What went through since the session began; on any thread, as of a moment ago.</summary>
    public RoomFigures Figures => figures;

    public void OnSent(Attachment attachment) => broadcaster.OnSent(attachment);

    public bool IsOnSentLong(Attachment attachment) => broadcaster.IsOnSentLong(attachment);

    /// <summary>Whether there are updates that no snapshot covers; on any thread, as of a moment ago.</summary>
    public bool IsUnsaved => saver.IsUnsaved;

    /// <summary>A node has stored a snapshot, this one or another.</summary>
    public void OnChannelSaved(Position at)
    {
        if (lifecycle.IsOpen)
        {
            saver.OnSavedAnywhere(at);
        }
    }

    /// <summary>The channel brings an entry.</summary>
    public void OnChannelEntry(in LoggedEntry entry)
    {
        if (!lifecycle.IsClosed)
        {
            follower.OnChannelEntry(entry);
        }
    }

    /// <summary>The channel was interrupted: it may have lost entries, and presence on both sides.</summary>
    public void OnChannelInterrupted()
    {
        if (!lifecycle.IsClosed)
        {
            awareness.OnInterrupted();
            follower.OnInterrupted();
        }
    }

    private YDocument document => content.Document;

    private DateTimeOffset Now => effects.Now;

    /// <summary>This node stops: the session leaves as soon as its connections are gone.</summary>
    public void OnNodeStops() => lifecycle.OnNodeStops();

    bool IListingSession.IsWanted => connections.Count > 0;

    void IListingSession.OnAdditionEnded() => lifecycle.ContinueDraining();

    void IListingSession.OnRemoved() => lifecycle.LeaveIfUnwanted();

    void IListingSession.OnReturned() => lifecycle.OnRelisted();

    bool ILifecycleSession.HasRequests => HasRequests;

    bool ILifecycleSession.IsBusy =>
        !outbox.IsEmpty || follower.IsBusy || saver.IsSaving || awareness.IsPublishing;

    void ILifecycleSession.OnLive() => ServeAll();

    void ILifecycleSession.OnDraining()
    {
        awareness.OnDraining();
        saver.OnDraining();
    }

    bool ILifecycleSession.TrySaveAll() => saver.TrySaveAll();

    void ILoaderSession.OnListening() => awareness.OnListening();

    void ILoaderSession.OnLoaded(Loaded loaded)
    {
        var state = loaded.State;
        follower.Begin(state);
        lifecycle.OnLoaded();
        saver.OnLoaded(state);
        if (!loaded.IsListed)
        {
            listing.AddLater();
        }

        if (loaded.Peer is { } peer)
        {
            unlogged.OnPeer(peer.Position.Epoch >= state.Tombstone.Epoch ? peer.Unlogged : default);
            awareness.OnChannel(0, AwarenessKind.Changes, peer.Awareness);
        }

        if (saver.Known.Unreadable.Contains(follower.Position) || loaded.IsPeerElsewhere)
        {
            // The snapshot of this very position does not read and is kept, so the document cannot be saved here. Or
            // the log was lost, and a node that has what is lost does not know that yet.
            outbox.MoveOn();
        }

        follower.ReleaseHeld();
        if (!follower.IsReconciling)
        {
            pendingReads.LookEnded(loaded.Look, CloseReason.Normal);
        }

        LookForRequests();
        ServeAll();
        lifecycle.WatchIdleTime();
    }

    void ILoaderSession.OnLoadFailed(CloseReason reason) => lifecycle.Fail(reason);

    bool ILogFollowerSession.IsOpen => lifecycle.IsOpen;

    InFlightAppend? ILogFollowerSession.InFlight => outbox.InFlight;

    Position ILogFollowerSession.Covered => saver.Known.Covered;

    void ILogFollowerSession.Settle(ReadOnlyMemory<byte> diff) => outbox.Settle(diff);

    void ILogFollowerSession.OnChanged() => broadcaster.OnChanged();

    void ILogFollowerSession.Deliver(ReadOnlyMemory<byte> diff) => broadcaster.Deliver(diff);

    void ILogFollowerSession.OnApplied(int bytes) => saver.OnApplied(bytes);

    void ILogFollowerSession.OnRebased(DurableState state, ReadOnlyMemory<byte> diff, ReadOnlyMemory<byte> lacking)
    {
        saver.OnRebased(state);
        outbox.Rebase(state, diff, lacking);
        pendingSaves.StartAnew();
        saver.OnReconciled();
    }

    void ILogFollowerSession.OnReconciled()
    {
        outbox.Append();
        outbox.Send();
    }

    void ILogFollowerSession.OnLookEnded()
    {
        LookForRequests();
        SaveForRequests();
        OnRequestsAnswered();
    }

    void ILogFollowerSession.OnReconcileFailed(CloseReason reason)
    {
        pendingSaves.End(reason);
        OnRequestsAnswered();
    }

    void ILogFollowerSession.Fail(CloseReason reason) => lifecycle.Fail(reason);

    long IOutboxSession.Epoch => follower.Position.Epoch;

    bool IOutboxSession.MaySend => !follower.IsReconciling;

    bool IOutboxSession.IsOpen => lifecycle.IsOpen;

    void IOutboxSession.OnStored(in LoggedEntry entry) => follower.OnEntry(entry);

    void IOutboxSession.OnOtherLog() => follower.Reconcile();

    void IOutboxSession.OnLogged()
    {
        saver.OnOwnLogged();
        unlogged.OnLogged();
    }

    void IOutboxSession.Deliver(ReadOnlyMemory<byte> diff) => broadcaster.Deliver(diff);

    void IOutboxSession.Pump(Attachment attachment) => broadcaster.Pump(attachment);

    void IOutboxSession.OnSettled()
    {
        SaveForRequests();
        OnRequestsAnswered();
    }

    bool IOutboxSession.IsApplyLong() => IsApplyLong(0);

    bool IBroadcasterSession.IsUnloggedShown => unlogged.IsShown;

    ReadOnlyMemory<byte> IBroadcasterSession.UnloggedFor(Attachment attachment) => unlogged.Merge(attachment);

    void IBroadcasterSession.ExpireAwareness() => awareness.Expire();

    void IBroadcasterSession.Refuse(Attachment attachment, CloseReason reason) => Refuse(attachment, reason);

    void IAwarenessSession.Pump(Attachment attachment) => broadcaster.Pump(attachment);

    void IAwarenessSession.OnAwarenessPublished() => lifecycle.ContinueDraining();

    Position ISaverSession.Position => follower.Position;

    bool ISaverSession.IsWhole => lifecycle.IsOpen && !follower.IsReconciling && !outbox.IsRecovering && !follower.Position.IsNone;

    bool ISaverSession.IsBeingLeft => lifecycle.IsBeingLeft;

    bool ISaverSession.IsSaveRequested => !pendingSaves.IsEmpty;

    void ISaverSession.OnSaveBegun(Position at) => pendingSaves.SaveBegins(at);

    void ISaverSession.OnStored(Position at) => pendingSaves.Stored(at);

    void ISaverSession.OnSaveFailed()
    {
        pendingSaves.End(CloseReason.StoreUnavailable);
        OnRequestsAnswered();
    }

    void ISaverSession.OnHistoryLost() => follower.OnHistoryLost();

    void ISaverSession.OnPositionTaken() => outbox.MoveOn();

    void ISaverSession.OnSaveEnded()
    {
        SaveForRequests();
        OnRequestsAnswered();
    }

    bool ILifecycleSession.TryRetire() => registry.TryRetire(this);

    void ILifecycleSession.OnFailed(CloseReason reason)
    {
        foreach (var attachment in connections.ToArray())
        {
            attachment.Activity?.EndsFor(reason.Code, reason.Text);
            Drop(attachment);
            attachment.Connection.Close(reason);
        }

        pendingReads.End(reason);
        pendingSaves.End(reason);
        registry.Retire(this);
    }

    void ILifecycleSession.OnClosed()
    {
        memory.Close();
        activity?.Leave();
    }

    async ValueTask ILifecycleSession.ReleaseAsync(CancellationToken cancellation)
    {
        await publisher.SayByeAsync(cancellation);
        await listing.ReleaseAsync(cancellation);
        await loader.ReleaseAsync();
    }

    void ILifecycleSession.OnFreed() => registry.Gone(Name);

    /// <summary>
    /// Whether a step that is not one of the frequent ones may take long: opening, saving, reading, reconciling.
    /// </summary>
    private bool IsLong() => lifecycle.Stage == SessionStage.Loading || LongSteps.Encodes(document);

    private void OnHandlerFailed(Exception exception)
    {
        // A bug. The state in memory is no longer vouched for; the log's is: clients come back and load it.
        LogSessionFailed(services.Logger, exception, Name);
        try
        {
            lifecycle.Fail(CloseReason.InternalError);
        }
        catch (Exception second)
        {
            LogSessionFailed(services.Logger, second, Name);
        }
    }
}
