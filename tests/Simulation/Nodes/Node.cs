using Relay.DocLocator;
using Relay.Links;
using Relay.Sessions;
using Relay.Startup;
using Relay.Telemetry;
using Relay.Yjs;

namespace Relay.Simulation;

/// <summary>A machine with an address, on which one process after another runs.</summary>
internal sealed class Node(World world, int number)
{
    /// <summary>Measurements that no test reads.</summary>
    private static readonly RelayMetrics Unwatched = new(new NodeGauges(() => 0, () => 0, () => 0, () => true));

    private static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(30);

    private readonly Dictionary<DocumentSession, Position> positions = [];
    private readonly HashSet<DocumentSession> unlogged = [];
    private LocatorClient locator = null!;
    private SaverRun saver = null!;

    public string Address { get; } = $"10.0.0.{number}:7000";

    public int Starts { get; private set; }

    /// <summary>The process that runs, or ran last.</summary>
    public Process Process { get; private set; } = null!;

    public SessionRegistry Sessions { get; private set; } = null!;

    /// <summary>What the process reads documents with that it has no session of.</summary>
    public DurableStateReader Durable { get; private set; } = null!;

    /// <summary>What administrators have the process do.</summary>
    public DocumentLife Life { get; private set; } = null!;

    /// <summary>The process's links to other nodes; null where nodes have none.</summary>
    public LinkedChannel? Linked { get; private set; }

    /// <summary>Whether it takes connections.</summary>
    public bool IsReady { get; private set; }

    public bool IsUp => !Process.IsDead;

    public List<Link> Links { get; } = [];

    /// <summary>Since when its process runs without a pause, and could renew its place in the locator.</summary>
    public TimeSpan AwakeSince { get; private set; }

    public void Start()
    {
        var process = new Process(world.Agenda, world.Random, $"node{number}.{++Starts}");
        Process = process;
        world.Upgrade?.OnStart(process);
        var time = new ProcessTime(world.Agenda, process);
        var client = new RedisClient(process, world);
        var jobs = new JobClient(process, world);
        var snapshots = new SnapshotClient(process, world);
        locator = new LocatorClient(process, world.Locators, NodeIdentity.Create(Address, $"{Starts}"), world.Calls);
        var log = new SessionLog(world, process, Address);
        Durable = new DurableStateReader(client, snapshots, world.Content.Kind, time, log);
        Linked = world.Network?.ChannelOf(
            NodeIdentity.Create(Address, process.Name), process, client, time, log);
        var services = new SessionServices(
            client,
            Linked is { } linked ? linked : client,
            jobs,
            locator,
            new PeerClient(world, process, Address),
            snapshots,
            Durable,
            new ReconcileGate(4),
            new SessionEnvironment(time, process, world.Random.Next),
            world.Settings,
            Unwatched.Sessions,
            log,
            Answers: number % 2 == 0 ? new AnswerBudget(0, alwaysBytes: 0) : null);
        Sessions = new SessionRegistry(services);
        Life = new DocumentLife(client, snapshots, Durable, services.Environment);
        saver = new SaverRun(new OrphanedDocumentSaver(jobs, Sessions, new OrphanedDocumentOptions(), time, log));
        positions.Clear();
        unlogged.Clear();
        IsReady = true;
        AwakeSince = world.Agenda.Now;
        world.Trace($"{process.Name} starts");
        Beat(process);
        var startedSaver = saver;
        world.Agenda.Add(LookEvery * world.Random.Share(), process, startedSaver.Start);
    }

    /// <summary>Everything that it has in memory is gone; its clients notice sooner or later.</summary>
    public void Kill()
    {
        world.Trace($"{Process.Name} is killed");
        Process.Kill();
        world.Network?.OnGone(Process);
        End();
    }

    public void Pause()
    {
        world.Trace($"{Process.Name} is paused");
        Process.Pause();
        world.Network?.OnGone(Process);
    }

    /// <summary>Another process's report has ended.</summary>
    public void OnNodeEnded(ulong node)
    {
        Linked?.NodeEnded(node);
        Sessions.NodeEnded(node);
    }

    /// <summary>Another process whose report had ended is there.</summary>
    public void OnNodeReturned(ulong node) => Sessions.NodeReturned(node);

    public void Resume()
    {
        world.Trace($"{Process.Name} goes on");
        AwakeSince = world.Agenda.Now;
        Process.Resume();
        world.Network?.OnResumed(Process);
    }

    /// <summary>SIGTERM: asks its clients to connect elsewhere and leaves its documents.</summary>
    public void Stop()
    {
        world.Trace($"{Process.Name} is stopped");
        IsReady = false;
        var process = Process;
        world.Agenda.Add(TimeSpan.Zero, process, () => _ = StopAsync(process));
        if (world.Upgrade is { StoresRequired: true })
        {
            // A document that does not read keeps its session, so the host ends the process.
            world.Agenda.Add(LongestStop, null, () =>
            {
                if (process == Process && IsUp)
                {
                    Kill();
                }
            });
        }
    }

    private async Task StopAsync(Process process)
    {
        await saver.StopAsync();
        foreach (var link in Links.ToArray())
        {
            link.CloseByNode();
        }

        await Sessions.LeaveAllAsync();
        world.Trace($"{process.Name} has left everything");
        Linked?.Close();
        process.Kill();
        world.Network?.OnGone(process, isReportRemoved: true);
        End();
    }

    private void End()
    {
        IsReady = false;
        foreach (var link in Links.ToArray())
        {
            link.OnNodeLost();
        }

        Links.Clear();
        if (world.NodesReturn)
        {
            world.Agenda.Add(TimeSpan.FromMilliseconds(10), null, Start);
        }
    }

    private void Beat(Process process)
    {
        if (process == Process)
        {
            world.Agenda.Add(TimeSpan.Zero, process, locator.Beat);
            world.Agenda.Add(BeatEvery, process, () => Beat(process));
        }
    }

    /// <summary>The session of a document, if there is one.</summary>
    public DocumentSession? SessionOf(DocumentName document) =>
        Inside.Of(Sessions, document);

    /// <summary>Looks at the sessions that have moved since this was last called.</summary>
    public void CheckPositions()
    {
        foreach (var session in Inside.Of(Sessions))
        {
            _ = ShowsUnlogged(session);
            var position = Inside.PositionOf(session);
            if (session.Stage is not (SessionStage.Loading or SessionStage.Closed)
                && (!positions.TryGetValue(session, out var known) || known != position))
            {
                positions[session] = position;
                world.Of(session.Name).Ledger.OnPosition(session, Process);
            }
        }
    }

    /// <summary>
    /// Whether the session shows unlogged updates, or did: slow connections are sent them when the log is back already.
    /// </summary>
    public bool ShowsUnlogged(DocumentSession session)
    {
        if (Inside.ShowsUnlogged(session))
        {
            unlogged.Add(session);
        }

        return unlogged.Contains(session);
    }

    /// <summary>
    /// Those that know the document as it is: one that does not know yet that it was deleted has nothing that is kept.
    /// </summary>
    public IEnumerable<(DocumentSession Session, IContent Document)> LiveSessions(DocumentName name) =>
        IsUp ? Inside.Of(Sessions).Where(s => s.Name == name
                && s.Stage is not (SessionStage.Loading or SessionStage.Closed)
                && world.Of(name).Ledger.LifeIn(Inside.PositionOf(s).Epoch) == world.Of(name).Ledger.Life)
            .Select(s => (s, Inside.DocumentOf(s))) : [];
}
