using Relay.Persistence;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Simulation;

/// <summary>
/// Several nodes, their services and their clients, in one thread and in fake time. All chance comes from one seed, so
/// a seed is a schedule.
/// </summary>
internal sealed class World
{
    private readonly List<string>? trace;
    private string? failure;

    public World(ulong seed, bool isTracing)
    {
        Seed = seed;
        trace = isTracing ? [] : null;
        Random = new SeededRandom(seed);
        Agenda = new Agenda(Random);
        Promise = (Promise)Random.Below(3);
        Weather = Weather.Of(Random);
        Calls = new Calls(Agenda, Random, Weather);
        Ledger = new Ledger(Promise);
        Locators = new Locators(Agenda, new Process(Agenda, Random, "observer"), Document);
        Redis = new Redis(Agenda, Random, Ledger, Trace)
        {
            WaitsForReplicas = Promise == Promise.ReplicatedLog,
            Channels = new Channels(Agenda, Random, Weather, () => Redis!),
            Lag = TimeSpan.FromMilliseconds(Random.One([2, 20, 500])),
        };
        Snapshots = new Snapshots(Agenda, Ledger, Trace);
        var defaults = new Startup.RelaySettings().ForSessions();
        Settings = defaults with
        {
            IdleTimeout = TimeSpan.FromSeconds(Random.One([0.05, 2, 30])),
            SaveInterval = TimeSpan.FromSeconds(Random.One([0.5, 5, 60])),
            SaveBytes = Random.One([100, 4 << 20]),
            HeldBytes = Random.One([200, 8 << 20]),
            DeliveryBytes = Random.One([50, 4 << 20]),
            Sync = Random.One([new DiffSizes(60, 20, 1000), new DiffSizes(60, 20, 0), defaults.Sync]),
            // A log that goes back must still find the snapshot that it begins after: so those stay longer than
            // replicas lag.
            Retention = new SnapshotRetention(Promise == Promise.AnyNode ? Random.One([1, 3]) : 10, 0, 0),
        };
        Redis.Jobs = new Jobs(Agenda, Redis,
            new Backplane.SaveJobOptions { ForgottenAfter = Settings.SaveInterval * 3 });
        Ledger.Redis = Redis;
        Ledger.Snapshots = Snapshots;
        Ledger.Sessions = () => Nodes.SelectMany(n => n.LiveSessions()).Select(s => s.Document);
        Nodes = [.. Enumerable.Range(1, 1 + Random.Below(3)).Select(i => new Node(this, i))];
        var hasPresence = Random.Chance(0.25);
        Clients =
        [
            .. Enumerable.Range(1, 2 + Random.Below(4))
                .Select(i => new Client(this, (ulong)i) { HasPresence = hasPresence && i % 3 > 0 }),
        ];
        Agenda.AfterStep = AfterStep;
    }

    public static DocumentName Document { get; } = DocumentName.Create("doc");

    public ulong Seed { get; }

    public Promise Promise { get; }

    public SeededRandom Random { get; }

    public Agenda Agenda { get; }

    public Weather Weather { get; }

    public Calls Calls { get; }

    public Ledger Ledger { get; }

    public Redis Redis { get; }

    public Snapshots Snapshots { get; }

    public Locators Locators { get; }

    public SessionSettings Settings { get; }

    public IReadOnlyList<Node> Nodes { get; } = [];

    public List<Client> Clients { get; }

    /// <summary>How many connections were made.</summary>
    public int Links { get; set; }

    /// <summary>How often sessions found that their position does not fit.</summary>
    public int Reconciles { get; set; }

    public bool IsTracing => trace is not null;

    public IReadOnlyList<string> TraceLines => trace ?? [];

    /// <summary>Whether clients that lose a connection look for another one.</summary>
    public bool ClientsReturn { get; set; } = true;

    /// <summary>Whether a node that ends is started again at once.</summary>
    public bool NodesReturn { get; set; }

    public void Trace(string line) => trace?.Add($"{Agenda.Now.TotalSeconds,9:0.000}  {line}");

    /// <summary>
    /// Breaks the schedule off after the present step: for places from which an exception would not get out.
    /// </summary>
    public void Fail(string sentence) => failure ??= sentence;

    /// <summary>Lets a client look for a node a little later.</summary>
    public void ConnectLater(Client client)
    {
        if (ClientsReturn)
        {
            Agenda.Add(TimeSpan.FromMilliseconds(50 + Random.Below(3_000)), null, () => ConnectAnywhere(client));
        }
    }

    public void ConnectAnywhere(Client client)
    {
        if (!ClientsReturn)
        {
            return;
        }

        var ready = Nodes.Where(n => n.IsReady).ToList();
        if (ready.Count > 0)
        {
            client.Connect(Random.One(ready));
        }
        else
        {
            ConnectLater(client);
        }
    }

    private void AfterStep(Process? process)
    {
        if (failure is not null)
        {
            throw new ScheduleFailedException(failure);
        }

        if (process is null)
        {
            return;
        }

        foreach (var node in Nodes)
        {
            if (node.Process == process && node.IsUp)
            {
                node.CheckPositions();
            }
        }
    }
}
