using Relay.Backplane;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// The parts of a session, and what each of them tells the others: this class has no other state and no rules of its
/// own. Belongs to the session's mailbox.
/// </summary>
internal sealed class SessionParts : IIntakeSession, ILifecycleSession, IListingSession, ILoaderSession,
    ILogFollowerSession, IOutboxSession, ISaverSession, IBroadcasterSession, IAwarenessSession,
    IStatelessSession
{
    private readonly ISessionPlace place;
    private readonly MemoryShare memory;
    private readonly PendingReads pendingReads = new();
    private readonly PendingSaves pendingSaves = new();
    private readonly AwarenessPublisher publisher;
    private readonly PeerShare share;

    public SessionParts(
        SessionContext context, SessionServices services, IChannelListener listener, ISessionPlace place)
    {
        this.place = place;
        var settings = context.Settings;
        Figures = new RoomFigures(context.Name, services.Totals);
        Activity = services.Rooms?.Begin(Figures);
        memory = (services.Memory ?? NodeMemory.Unlimited).Open();
        Content = new LoggedDocument(
            settings.Content, new GrowthLimit(settings.MaxDocumentBytes, memory), Figures);
        var connections = new ConnectionSet(Figures);
        var registry = new AwarenessRegistry(settings.Awareness, settings.ReturnTime, memory);
        publisher = new AwarenessPublisher(context, services.Channel, new PresenceOutbox(registry.Records));
        Awareness = new SessionAwareness(context, connections, registry, publisher, this);
        var budget = services.Answers ?? AnswerBudget.Unlimited;
        Broadcaster = new Broadcaster(context, connections, Content, registry.Records, budget, Figures, this);
        Stateless = new StatelessMessages(context, services.Channel, this);
        var writer = new SnapshotWriter(context, services.Log, services.Jobs, services.Snapshots, Activity);
        Saver = new Saver(context, Content, writer, Figures, this);
        Follower = new LogFollower(
            context, Content, services.Log, services.Snapshots, services.Durable, services.Gate, pendingReads, this);
        Outbox = new Outbox(context, Content, services.Log, Figures, this);
        Unlogged = new UnloggedUpdates(context, Content, Outbox, services.AppendWatch, this);
        Listing = new LocatorListing(context, services.Locator, services.LateRemovals, this);
        Loader = new Loader(context, services.LoadSources, Listing, pendingReads, listener, this);
        Lifecycle = new SessionLifecycle(context, connections, Listing, this);
        Intake = new MessageIntake(context, Content, Outbox, Unlogged, Broadcaster, Figures, this);
        var opening = new ConnectionOpening(context, Broadcaster, Intake);
        Admission = new ConnectionAdmission(context, connections, Lifecycle, opening, Broadcaster, Awareness);
        share = new PeerShare(Content, Lifecycle, Follower, Outbox, Unlogged, Saver, Awareness);
        Requests = new SessionRequests(Content, Lifecycle, Follower, Outbox, Saver, pendingReads, pendingSaves);
    }

    public RoomFigures Figures { get; }

    /// <summary>What is recorded of the session; null where no metadata of documents is kept.</summary>
    public IRoomActivity? Activity { get; }

    public LoggedDocument Content { get; }

    public SessionLifecycle Lifecycle { get; }

    public LocatorListing Listing { get; }

    public Loader Loader { get; }

    public LogFollower Follower { get; }

    public Outbox Outbox { get; }

    public UnloggedUpdates Unlogged { get; }

    public Saver Saver { get; }

    public Broadcaster Broadcaster { get; }

    public SessionAwareness Awareness { get; }

    public StatelessMessages Stateless { get; }

    public MessageIntake Intake { get; }

    public ConnectionAdmission Admission { get; }

    public SessionRequests Requests { get; }

    /// <summary>What another node needs to load the document; null while this one is not whole.</summary>
    public PeerState? Share() => share.Encode();

    /// <summary>Whether it may take long to apply an entry of this length, or what waits for its append.</summary>
    public bool IsApplyLong(int entryBytes) =>
        Content.Limit.Waiting > LongSteps.MostMemory || Follower.AheadBytes > LongSteps.MostBytes
            || LongSteps.Applies(entryBytes + (Outbox.InFlight?.Payload.Length ?? 0), Content.Document);

    bool IIntakeSession.HasEntries => !Follower.Position.IsNone;

    void IIntakeSession.OnOpened(Attachment attachment) => Admission.OnOpened(attachment);

    void IIntakeSession.ReceiveAwareness(Attachment attachment, IReadOnlyList<AwarenessEntry> entries) =>
        Awareness.Receive(attachment, entries);

    void IIntakeSession.ReceiveStateless(Attachment attachment, ReadOnlyMemory<byte> message) =>
        Stateless.Receive(attachment, message);

    void IIntakeSession.Refuse(Attachment attachment, RefusalReason reason) => Admission.Refuse(attachment, reason);

    bool ILifecycleSession.HasRequests => !pendingReads.IsEmpty || !pendingSaves.IsEmpty;

    bool ILifecycleSession.IsBusy =>
        !Outbox.IsEmpty || Follower.IsBusy || Saver.IsSaving || Awareness.IsPublishing;

    void ILifecycleSession.OnLive() => Admission.ServeAll();

    void ILifecycleSession.OnDraining()
    {
        Awareness.OnDraining();
        Saver.OnDraining();
    }

    bool ILifecycleSession.TrySaveAll() => Saver.TrySaveAll();

    bool ILifecycleSession.TryRetire()
    {
        if (!place.TryRetire())
        {
            return false;
        }

        Figures.Close();
        return true;
    }

    void ILifecycleSession.OnFailed(RefusalReason reason)
    {
        Admission.CloseAll(reason);
        Requests.End(reason);
        place.Retire();
        Figures.Close();
    }

    void ILifecycleSession.OnClosed()
    {
        memory.Close();
        Activity?.Leave();
    }

    async ValueTask ILifecycleSession.ReleaseAsync(CancellationToken cancellation)
    {
        await publisher.SayByeAsync(cancellation);
        await Listing.ReleaseAsync(cancellation);
        await Loader.ReleaseAsync();
    }

    void ILifecycleSession.OnFreed() => place.OnFreed();

    bool IListingSession.IsWanted => Lifecycle.HasConnections;

    void IListingSession.OnAdditionEnded() => Lifecycle.ContinueDraining();

    void IListingSession.OnRemoved() => Lifecycle.LeaveIfUnwanted();

    void IListingSession.OnReturned() => Lifecycle.OnRelisted();

    bool ILoaderSession.IsSaveDemanded => Saver.IsDemanded;

    void ILoaderSession.OnListening() => Awareness.OnListening();

    void ILoaderSession.OnLoaded(LoadedDocument loaded)
    {
        var state = loaded.State;
        Follower.Begin(state);
        Lifecycle.OnLoaded();
        Saver.OnLoaded(state);
        Listing.AddAgain(loaded.IsListed);
        if (loaded.Peer is { } peer)
        {
            Unlogged.OnPeer(peer.Position.Epoch >= state.Tombstone.Epoch ? peer.Unlogged : default);
            Awareness.OnChannel(0, AwarenessKind.Changes, peer.Awareness);
        }

        if (Outbox.Recover(state.Strays))
        {
            Outbox.Append();
        }
        else if (Saver.Known.Unreadable.Contains(Follower.Position) || loaded.IsPeerElsewhere)
        {
            // The snapshot of this very position does not read and is kept, so the document cannot be saved here. Or
            // the log was lost, and a node that has what is lost does not know that yet.
            Outbox.MoveOn();
        }

        Follower.ReleaseHeld();
        Requests.OnLoaded(loaded.Look);
        Admission.ServeAll();
        Lifecycle.WatchIdleTime();
    }

    void ILoaderSession.OnLoadFailed(RefusalReason reason) => Lifecycle.Fail(reason);

    bool ILogFollowerSession.IsOpen => Lifecycle.IsOpen;

    InFlightAppend? ILogFollowerSession.InFlight => Outbox.InFlight;

    Position ILogFollowerSession.Covered => Saver.Known.Covered;

    void ILogFollowerSession.Settle(ReadOnlyMemory<byte> diff) => Outbox.Settle(diff);

    void ILogFollowerSession.OnChanged() => Broadcaster.OnChanged();

    void ILogFollowerSession.Deliver(ReadOnlyMemory<byte> diff) => Broadcaster.Deliver(diff);

    void ILogFollowerSession.OnApplied(int bytes) => Saver.OnApplied(bytes);

    void ILogFollowerSession.OnRebased(DurableState state, ReadOnlyMemory<byte> diff, ReadOnlyMemory<byte> lacking)
    {
        Saver.OnRebased(state);
        Outbox.Rebase(state, diff, lacking);
        Unlogged.AppendPeers();
        pendingSaves.StartAnew();
        Saver.OnReconciled();
    }

    void ILogFollowerSession.OnReconciled()
    {
        Outbox.Append();
        Outbox.Send();
    }

    void ILogFollowerSession.OnLookEnded() => Requests.OnLookEnded();

    void ILogFollowerSession.OnReconcileFailed(RefusalReason reason) => Requests.OnSaveFailed(reason);

    void ILogFollowerSession.Fail(RefusalReason reason) => Lifecycle.Fail(reason);

    long IOutboxSession.Epoch => Follower.Position.Epoch;

    bool IOutboxSession.MaySend => !Follower.IsReconciling;

    bool IOutboxSession.IsOpen => Lifecycle.IsOpen;

    void IOutboxSession.OnStored(in LoggedEntry entry) => Follower.OnEntry(entry);

    void IOutboxSession.OnOtherLog() => Follower.Reconcile();

    void IOutboxSession.OnLogged()
    {
        Saver.OnOwnLogged();
        Unlogged.OnLogged();
    }

    void IOutboxSession.Deliver(ReadOnlyMemory<byte> diff) => Broadcaster.Deliver(diff);

    void IOutboxSession.ShowUnlogged(ReadOnlyMemory<byte> diff, Attachment? except) =>
        Broadcaster.DeliverUnlogged(diff, except);

    void IOutboxSession.Pump(Attachment attachment) => Broadcaster.Pump(attachment);

    void IOutboxSession.OnSettled() => Requests.OnSaveMayBegin();

    bool IOutboxSession.IsApplyLong() => IsApplyLong(0);

    Position ISaverSession.Position => Follower.Position;

    bool ISaverSession.IsWhole =>
        Lifecycle.IsOpen && !Follower.IsReconciling && !Outbox.IsRecovering && !Follower.Position.IsNone;

    bool ISaverSession.IsBeingLeft => Lifecycle.IsBeingLeft;

    bool ISaverSession.IsSaveRequested => !pendingSaves.IsEmpty;

    void ISaverSession.OnSaveBegun(Position at) => pendingSaves.SaveBegins(at);

    void ISaverSession.OnStored(Position at) => pendingSaves.Stored(at);

    void ISaverSession.OnSaveFailed() => Requests.OnSaveFailed(RefusalReason.StoreUnavailable);

    void ISaverSession.OnHistoryLost() => Follower.OnHistoryLost();

    void ISaverSession.OnSnapshotLacking() => Follower.Reconcile();

    void ISaverSession.OnPositionTaken() => Outbox.MoveOn();

    void ISaverSession.OnSaveEnded() => Requests.OnSaveMayBegin();

    bool IBroadcasterSession.IsUnloggedShown => Unlogged.IsShown;

    ReadOnlyMemory<byte> IBroadcasterSession.UnloggedFor(Attachment attachment) => Unlogged.Merge(attachment);

    void IBroadcasterSession.ExpireAwareness() => Awareness.Expire();

    void IBroadcasterSession.Refuse(Attachment attachment, RefusalReason reason) =>
        Admission.Refuse(attachment, reason);

    void IStatelessSession.Spread(ReadOnlyMemory<byte> message, Attachment? except) =>
        Broadcaster.Spread(message, except);

    void IAwarenessSession.Pump(Attachment attachment) => Broadcaster.Pump(attachment);

    void IAwarenessSession.OnAwarenessPublished() => Lifecycle.ContinueDraining();
}
