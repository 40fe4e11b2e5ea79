using Relay.Backplane;
using Relay.DocLocator;
using Relay.Sessions;
using Relay.Telemetry;
using Relay.Yjs;

namespace Relay.Simulation;

/// <summary>A machine with an address, on which one process after another runs.</summary>
internal sealed class Node(World world, int number)
{
    /// <summary>Measurements that nobody looks at.</summary>
    private static readonly RelayMetrics Unwatched = new(new NodeGauges(() => 0, () => 0, () => 0, () => true));

    private static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(15);

    private readonly Dictionary<DocumentSession, Position> positions = [];
    private readonly HashSet<DocumentSession> unlogged = [];
    private LocatorClient locator = null!;

    public string Address { get; } = $"10.0.0.{number}:7000";

    public int Starts { get; private set; }

    /// <summary>The process that runs, or ran last.</summary>
    public Process Process { get; private set; } = null!;

    public SessionRegistry Sessions { get; private set; } = null!;

    /// <summary>What the process reads documents with that it has no session of.</summary>
    public DurableStateReader Durable { get; private set; } = null!;

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
        var time = new ProcessTime(world.Agenda, process);
        var client = new RedisClient(process, world.Redis, world.Calls);
        var jobs = new JobClient(process, world.Redis, world.Redis.Jobs, world.Calls);
        var snapshots = new SnapshotClient(process, world.Snapshots, world.Calls);
        locator = new LocatorClient(process, world.Locators, NodeIdentity.Create(Address, $"{Starts}"), world.Calls);
        var log = new SessionLog(world, process, Address);
        Durable = new DurableStateReader(client, snapshots, garbageCollection: true, log);
        Sessions = new SessionRegistry(new SessionServices(
            client,
            client,
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
            Answers: number % 2 == 0 ? new AnswerBudget(0, alwaysBytes: 0) : null));
        positions.Clear();
        unlogged.Clear();
        IsReady = true;
        AwakeSince = world.Agenda.Now;
        world.Trace($"{process.Name} starts");
        Beat(process);
        world.Agenda.Add(LookEvery * world.Random.Share(), process, () => LookForForgotten(process, jobs));
    }

    /// <summary>Everything that it has in memory is gone; its clients notice sooner or later.</summary>
    public void Kill()
    {
        world.Trace($"{Process.Name} is killed");
        Process.Kill();
        End();
    }

    public void Pause()
    {
        world.Trace($"{Process.Name} is paused");
        Process.Pause();
    }

    public void Resume()
    {
        world.Trace($"{Process.Name} goes on");
        AwakeSince = world.Agenda.Now;
        Process.Resume();
    }

    /// <summary>SIGTERM: asks its clients to connect elsewhere and leaves its documents.</summary>
    public void Stop()
    {
        world.Trace($"{Process.Name} is stopped");
        IsReady = false;
        var process = Process;
        world.Agenda.Add(TimeSpan.Zero, process, () => _ = StopAsync(process));
    }

    private async Task StopAsync(Process process)
    {
        foreach (var link in Links.ToArray())
        {
            link.CloseByNode();
        }

        await Sessions.LeaveAllAsync();
        world.Trace($"{process.Name} has left everything");
        process.Kill();
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

    /// <summary>
    /// What <see cref="Startup.ForgottenDocumentSaver"/> does for a node, without its waiting on the thread pool: a
    /// forgotten document is opened and left, which saves it.
    /// </summary>
    private async void LookForForgotten(Process process, JobClient jobs)
    {
        try
        {
            foreach (var job in IsReady
                ? await jobs.ClaimForgottenAsync(1, TimeSpan.FromMinutes(2), CancellationToken.None)
                : [])
            {
                world.Trace($"{process.Name} visits the forgotten document");
                Sessions.Visit(job.Document, (state, _) =>
                {
                    if (state is null)
                    {
                        Fail(process, jobs);
                    }
                });
            }
        }
        catch (BackplaneUnavailableException)
        {
            // Next time.
        }

        world.Agenda.Add(LookEvery, process, () => LookForForgotten(process, jobs));
    }

    private static async void Fail(Process process, JobClient jobs)
    {
        try
        {
            await jobs.FailAsync(World.Document, $"{process.Name} cannot load it.", CancellationToken.None);
        }
        catch (BackplaneUnavailableException)
        {
            // The claim runs out by itself.
        }
    }

    /// <summary>The session that a connection of this node belongs to.</summary>
    public DocumentSession? Session => Inside.Of(Sessions).FirstOrDefault();

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
                world.Ledger.OnPosition(session, Process);
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

    public IEnumerable<(DocumentSession Session, YDocument Document)> LiveSessions() =>
        IsUp ? Inside.Of(Sessions).Where(s => s.Stage is not (SessionStage.Loading or SessionStage.Closed))
            .Select(s => (s, Inside.DocumentOf(s))) : [];
}
