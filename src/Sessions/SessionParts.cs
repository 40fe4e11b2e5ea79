using Relay.Backplane;

namespace Relay.Sessions;

/// <summary>
/// The parts of a session. What each of them tells the others goes through <see cref="LogWiring"/>,
/// <see cref="ConnectionWiring"/> and <see cref="LifecycleWiring"/>; these classes have no state of their own. Belongs
/// to the session's mailbox.
/// </summary>
internal sealed class SessionParts
{
    private readonly PeerShare share;

    public SessionParts(
        SessionContext context, SessionServices services, IChannelListener listener, ISessionPlace place)
    {
        var logWiring = new LogWiring(this);
        var connectionWiring = new ConnectionWiring(this);
        var lifecycleWiring = new LifecycleWiring(this, place);
        var settings = context.Settings;
        Figures = new RoomFigures(context.Name, services.Totals);
        Activity = services.Rooms?.Begin(Figures);
        Memory = (services.Memory ?? NodeMemory.Unlimited).Open();
        Content = new LoggedDocument(
            settings.Content, new GrowthLimit(settings.MaxDocumentBytes, Memory), Figures);
        var connections = new ConnectionSet(Figures);
        var registry = new AwarenessRegistry(settings.Awareness, settings.ReturnTime, Memory);
        Publisher = new AwarenessPublisher(context, services.Channel, new PresenceOutbox(registry.Records));
        var pace = new PresencePace(context, registry.Records, connections);
        var rounds = new PresenceRounds(context, pace, connections, connectionWiring);
        Awareness = new SessionAwareness(context, connections, registry, Publisher, rounds, connectionWiring);
        var budget = services.Answers ?? AnswerBudget.Unlimited;
        Broadcaster = new Broadcaster(
            context, connections, Content, registry.Records, pace, budget, Figures, connectionWiring);
        Stateless = new StatelessMessages(context, services.Channel, connectionWiring);
        var writer = new SnapshotWriter(context, services.Log, services.Jobs, services.Snapshots, Activity);
        Saver = new Saver(context, Content, writer, Figures, logWiring);
        Follower = new LogFollower(
            context,
            Content,
            services.Log,
            services.Snapshots,
            services.Durable,
            services.Gate,
            PendingReads,
            logWiring);
        Outbox = new Outbox(context, Content, services.Log, Figures, logWiring);
        Unlogged = new UnloggedUpdates(context, Content, Outbox, services.AppendWatch, logWiring);
        Listing = new LocatorListing(context, services.Locator, services.LateRemovals, lifecycleWiring);
        Loader = new Loader(context, services.LoadSources, Listing, PendingReads, listener, lifecycleWiring);
        Lifecycle = new SessionLifecycle(context, connections, Listing, lifecycleWiring);
        Intake = new MessageIntake(context, Content, Outbox, Unlogged, Broadcaster, Figures, connectionWiring);
        var opening = new ConnectionOpening(context, Broadcaster, Intake);
        Admission = new ConnectionAdmission(context, connections, Lifecycle, opening, Broadcaster, Awareness);
        share = new PeerShare(Content, Lifecycle, Follower, Outbox, Unlogged, Saver, Awareness);
        Requests = new SessionRequests(Content, Lifecycle, Follower, Outbox, Saver, PendingReads, PendingSaves);
    }

    public RoomFigures Figures { get; }

    /// <summary>What is recorded of the session; null where no metadata of documents is kept.</summary>
    public IRoomActivity? Activity { get; }

    /// <summary>What the document takes of the node's memory.</summary>
    public MemoryShare Memory { get; }

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

    /// <summary>Tells other nodes about presence.</summary>
    public AwarenessPublisher Publisher { get; }

    public StatelessMessages Stateless { get; }

    public MessageIntake Intake { get; }

    public ConnectionAdmission Admission { get; }

    public SessionRequests Requests { get; }

    /// <summary>Requests that wait for a look at the log.</summary>
    public PendingReads PendingReads { get; } = new();

    /// <summary>Requests that wait for a snapshot.</summary>
    public PendingSaves PendingSaves { get; } = new();

    /// <summary>What another node needs to load the document; null while this one is not whole.</summary>
    public PeerState? Share() => share.Encode();

    /// <summary>Whether it may take long to apply an entry of this length, or what waits for its append.</summary>
    public bool IsApplyLong(int entryBytes) =>
        Content.Limit.Waiting > LongSteps.MostMemory || Follower.AheadBytes > LongSteps.MostBytes
            || LongSteps.Applies(entryBytes + (Outbox.InFlight?.Payload.Length ?? 0), Content.Document);
}
