using Relay.Connections;
using Relay.Metadata;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// A node's copy of one document in memory, with the connections on this node. An actor: every change passes through
/// one mailbox, whose handlers are synchronous. What takes time (append, read, save, the locator) is started by a
/// handler, and its end comes back as a message, whose handler looks at the state again. The document is exactly the
/// log's entries up to
/// <see cref="position"/>, or a state that covers them.
/// </summary>
internal sealed partial class DocumentSession
{
    private readonly SessionServices services;
    private readonly SessionSettings settings;
    private readonly SessionRegistry registry;
    private readonly RoomActivity? activity;
    private readonly HashSet<Attachment> attachments = [];
    private readonly SessionTimer<DocumentSession> idleTimer;
    private readonly SessionTimer<DocumentSession> saveTimer;
    private readonly SessionTimer<DocumentSession> appendTimer;
    private readonly SessionTimer<DocumentSession> gapTimer;
    private readonly SessionTimer<DocumentSession> readTimer;
    private readonly SessionTimer<DocumentSession> reconcileTimer;
    private readonly SessionTimer<DocumentSession> presenceTimer;
    private readonly SessionTimer<DocumentSession> locatorTimer;
    private readonly SessionTimer<DocumentSession> logTimer;
    private readonly SessionTimer<DocumentSession> openingTimer;
    private readonly OpeningConnections openings;
    private readonly MemoryShare memory;
    private YDocument document;
    private Position position;
    private IAsyncDisposable? subscription;
    private CancellationTokenSource? spareDeadline;

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
        delivery = new DeliveryLog(settings.DeliveryBytes);
        answers = new SyncAnswers(
            settings.Sync,
            services.Answers ?? AnswerBudget.Unlimited,
            () => Mailbox.PostElsewhere(OnAnswerRoom));
        awareness = new AwarenessRegistry(settings.Awareness, settings.ReturnTime, memory);
        presenceFrames = new PresenceFrames(awareness.Records);
        presenceOutbox = new PresenceOutbox(awareness.Records);
        openings = new OpeningConnections(settings.OpeningPatience);
        openingTimer = Timer(static session => session.OnOpeningDue());
        idleTimer = Timer(static session => session.BeginLeaving());
        saveTimer = Timer(static session => session.OnSaveDue());
        appendTimer = Timer(static session => session.SendFlight());
        gapTimer = Timer(static session => session.OnGapWaited());
        readTimer = Timer(static session => session.ReadOn());
        reconcileTimer = Timer(static session => session.Reconcile());
        presenceTimer = Timer(static session => session.CheckPresence());
        locatorTimer = Timer(static session => session.OnLocatorDue());
        logTimer = Timer(static session => session.OnLogWatched());
    }

    public DocumentName Name { get; }

    public Mailbox Mailbox { get; }

    /// <summary>Which entries that the channel brings are this session's own.</summary>
    public OwnEntries OwnEntries { get; } = new();

    /// <summary>The stage, for the mailbox and for tests.</summary>
    public SessionState State { get; private set; } = SessionState.Loading;

    /// <summary>How many joins are under way that the mailbox has not seen; belongs to the registry's lock.</summary>
    public int PendingJoins { get; set; }

    /// <summary>Whether the document is in memory, as a whole.</summary>
    private bool IsOpen => State is SessionState.Live or SessionState.Draining;

    private DateTimeOffset Now => services.Environment.Time.GetUtcNow();

    /// <summary>
    /// The session forgets its connections one and all, and everything it has; nothing is written. What was logged is
    /// in the log.
    /// </summary>
    private void Die(CloseReason reason)
    {
        if (State == SessionState.Closed)
        {
            return;
        }

        var wasLoading = State == SessionState.Loading;
        var locating = IsLocating;
        State = SessionState.Closed;
        memory.Close();
        StopTimers();
        foreach (var attachment in attachments.ToArray())
        {
            attachment.Activity?.EndsFor(reason.Code, reason.Text);
            Drop(attachment);
            attachment.Connection.Close(reason);
        }

        pendingReads.End(reason);
        pendingSaves.End(reason);
        activity?.Leave();
        registry.Retire(this);

        if (wasLoading && !loadBegun)
        {
            registry.Gone(Name);
        }
        else if (!wasLoading && !locating)
        {
            Free(removeFirst: leaveStep == LeaveStep.None);
        }

        // Otherwise a load or a locator operation is under way, and the handler of its end frees the rest.
    }

    /// <summary>
    /// Whether a step that is not one of the frequent ones may take long: opening, saving, reading, reconciling.
    /// </summary>
    private bool IsLong() => State == SessionState.Loading || LongSteps.Encodes(document);

    private void StopTimers()
    {
        foreach (var timer in (ReadOnlySpan<SessionTimer<DocumentSession>>)[idleTimer, saveTimer, appendTimer, gapTimer,
            readTimer, reconcileTimer, presenceTimer, locatorTimer, logTimer, openingTimer])
        {
            timer.Clear();
        }
    }

    private SessionTimer<DocumentSession> Timer(Action<DocumentSession> handler) =>
        new(services.Environment.Time, Mailbox, this, handler);

    private void OnHandlerFailed(Exception exception)
    {
        // A bug. The state in memory is no longer vouched for; the log's is: clients come back and load it.
        LogSessionFailed(services.Logger, exception, Name);
        try
        {
            Die(CloseReason.InternalError);
        }
        catch (Exception second)
        {
            LogSessionFailed(services.Logger, second, Name);
        }
    }

    /// <summary>
    /// Starts what takes time; its end comes back as a message. Exceptions are outcomes here: the stores throw when
    /// they cannot be reached.
    /// </summary>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="effect">What is started.</param>
    /// <param name="done">Takes its result.</param>
    /// <param name="failed">Takes what it throws.</param>
    /// <param name="isDoneLong">See <see cref="Mailbox"/>.</param>
    private async void Start<T>(TimeSpan timeout, Func<CancellationToken, ValueTask<T>> effect, Action<T> done,
        Action<Exception> failed, Func<object, object?, bool>? isDoneLong = null)
    {
        // Most of these are appends, one after the other: a deadline that was not needed serves the next one.
        var deadline = Interlocked.Exchange(ref spareDeadline, null);
        if (deadline is null)
        {
            deadline = new CancellationTokenSource(timeout, services.Environment.Time);
        }
        else
        {
            deadline.CancelAfter(timeout);
        }

        T result;
        try
        {
            result = await effect(deadline.Token);
        }
        catch (Exception exception)
        {
            deadline.Dispose();
            Mailbox.Post(() => failed(exception));
            return;
        }

        if (!deadline.TryReset() || Interlocked.CompareExchange(ref spareDeadline, deadline, null) is not null)
        {
            deadline.Dispose();
        }

        Mailbox.Post(static (_, action) => ((Action)action!)(), this, () => done(result), isDoneLong);
    }

    private void Start(TimeSpan timeout, Func<CancellationToken, ValueTask> effect, Action done,
        Action<Exception> failed) =>
        Start(timeout, async cancellation => await Nothing(effect(cancellation)), _ => done(), failed);

    private static async ValueTask<bool> Nothing(ValueTask task)
    {
        await task;
        return true;
    }
}
