using Relay.Connections;
using Relay.Metadata;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// A node's copy of one document in memory, with the connections on this node. An actor: every change passes through one mailbox, whose handlers are synchronous. What takes time (append, read,
/// save, the locator) is started by a handler, and its end comes back as a message, whose handler looks at the state again. The document is exactly the log's entries up to
/// <see cref="position"/>, or a state that covers them.
/// </summary>
internal sealed partial class DocumentSession : IAttachmentSession, IListingSession, ILifecycleSession
{
    private readonly SessionServices services;
    private readonly SessionSettings settings;
    private readonly SessionRegistry registry;
    private readonly RoomActivity? activity;
    private readonly SessionEffects effects;
    private readonly ConnectionSet connections;
    private readonly SessionLifecycle lifecycle;
    private readonly SessionTimer<DocumentSession> saveTimer;
    private readonly SessionTimer<DocumentSession> appendTimer;
    private readonly SessionTimer<DocumentSession> gapTimer;
    private readonly SessionTimer<DocumentSession> readTimer;
    private readonly SessionTimer<DocumentSession> reconcileTimer;
    private readonly SessionTimer<DocumentSession> presenceTimer;
    private readonly SessionTimer<DocumentSession> logTimer;
    private readonly SessionTimer<DocumentSession> openingTimer;
    private readonly OpeningConnections openings;
    private readonly MemoryShare memory;
    private readonly LocatorListing listing;
    private readonly StatelessMessages stateless;
    private YDocument document;
    private Position position;
    private IAsyncDisposable? subscription;

    public DocumentSession(DocumentName name, SessionServices services, SessionRegistry registry)
    {
        Name = name;
        this.services = services;
        this.registry = registry;
        settings = services.Settings;
        activity = services.Rooms?.Begin(name);
        figures = activity?.Figures ?? new RoomFigures();
        document = new YDocument(settings.GarbageCollection);
        memory = (services.Memory ?? NodeMemory.Unlimited).Open();
        limit = new GrowthLimit(settings.MaxDocumentBytes, memory);
        Mailbox = new Mailbox(services.Environment.Scheduler, OnHandlerFailed, IsLong);
        effects = new SessionEffects(Mailbox, services.Environment);
        var context = new SessionContext(name, settings, effects, services.Metrics, services.Logger);
        connections = new ConnectionSet(figures, activity);
        listing = new LocatorListing(context, services.Locator, this);
        lifecycle = new SessionLifecycle(context, connections, listing, this);
        stateless = new StatelessMessages(context, services.Channel, Spread);
        delivery = new DeliveryLog(settings.DeliveryBytes);
        answers = new SyncAnswers(
            settings.Sync,
            services.Answers ?? AnswerBudget.Unlimited,
            () => Mailbox.PostElsewhere(OnAnswerRoom));
        awareness = new AwarenessRegistry(settings.Awareness, settings.ReturnTime, memory);
        presenceFrames = new PresenceFrames(awareness.Records);
        presenceOutbox = new PresenceOutbox(awareness.Records);
        openings = new OpeningConnections(settings.OpeningPatience);
        openingTimer = effects.Timer(this, static session => session.OnOpeningDue());
        saveTimer = effects.Timer(this, static session => session.OnSaveDue());
        appendTimer = effects.Timer(this, static session => session.SendFlight());
        gapTimer = effects.Timer(this, static session => session.OnGapWaited());
        readTimer = effects.Timer(this, static session => session.ReadOn());
        reconcileTimer = effects.Timer(this, static session => session.Reconcile());
        presenceTimer = effects.Timer(this, static session => session.CheckPresence());
        logTimer = effects.Timer(this, static session => session.OnLogWatched());
    }

    public DocumentName Name { get; }

    public Mailbox Mailbox { get; }

    /// <summary>The stage, for tests.</summary>
    public SessionStage Stage => lifecycle.Stage;

    /// <summary>An application's message came over the channel.</summary>
    public void OnChannelStateless(ulong sender, ReadOnlyMemory<byte> message)
    {
        if (!lifecycle.IsClosed)
        {
            stateless.OnChannel(sender, message);
        }
    }

    private DateTimeOffset Now => effects.Now;

    /// <summary>This node stops: the session leaves as soon as its connections are gone.</summary>
    public void OnNodeStops() => lifecycle.OnNodeStops();

    bool IListingSession.IsWanted => connections.Count > 0;

    void IListingSession.OnAdditionEnded() => lifecycle.ContinueDraining();

    void IListingSession.OnRemoved() => lifecycle.LeaveIfUnwanted();

    void IListingSession.OnReturned() => lifecycle.OnRelisted();

    bool ILifecycleSession.HasRequests => HasRequests;

    bool ILifecycleSession.IsBusy =>
        flight is not null || outbox.Count > 0 || reconciling || reading || saving || presenceOutbox.IsSending;

    void ILifecycleSession.OnLive() => ServeAll();

    void ILifecycleSession.OnDraining()
    {
        RemoveReturningPresence();
        BeginLastSave();
    }

    bool ILifecycleSession.TrySaveAll() => TrySaveAll();

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
        await SayByeAsync(cancellation);
        await listing.ReleaseAsync(cancellation);
        if (subscription is not null)
        {
            await subscription.DisposeAsync();
        }
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
