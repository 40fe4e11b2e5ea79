using System.Runtime.CompilerServices;
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
        Focus = FocusKinds.Of(seed);
        Promise = Focus.Within((Promise)Random.Below(3));
        Weather = Weather.Of(Random);
        if (Focus == FocusKind.Failovers)
        {
            Weather.LostReplies = Math.Max(Weather.LostReplies, 0.2);
            Weather.SlowClients = Math.Min(Weather.SlowClients, 0.2);
        }

        Motion = new Motion(Agenda);
        Calls = new Calls(Agenda, Random, Weather, Motion);
        Locators = new Locators(Agenda, new Process(Agenda, Random, "observer"));
        Content = ContentOfClients.Of(seed);
        var defaults = new Startup.RelaySettings().ForSessions();
        Settings = defaults with
        {
            Content = Content.Kind,
            IdleTimeout = TimeSpan.FromSeconds(Random.One([0.05, 2, 30])),
            SaveInterval = TimeSpan.FromSeconds(Random.One([0.5, 5, 60])),
            SaveBytes = Random.One([100, 4 << 20]),
            HeldBytes = Random.One([200, 8 << 20]),
            DeliveryBytes = Random.One([50, 4 << 20]),
            Sync = Random.One([new AnswerSizes(60, 20, 1000), new AnswerSizes(60, 20, 0), defaults.Sync]),
            // A log that goes back must still find the snapshot that it begins after: so those stay longer than
            // replicas lag.
            Retention = new SnapshotRetention(Promise == Promise.AnyNode ? Random.One([1, 3]) : 10, 0, 0),
        };
        if (Focus == FocusKind.Failovers)
        {
            // Answers in parts, and nodes that soon have no session.
            Settings = Settings with
            {
                Sync = new AnswerSizes(60, 20, Random.One([0, 1000])),
                IdleTimeout = TimeSpan.FromSeconds(Random.One([0.05, 0.05, 2])),
            };
        }

        Updates = new Updates(Content.Kind);
        Upgrade = RollingUpgrade.Of(this);
        Network = LinkNetwork.Of(this);
        Documents = [new SimulatedDocument(this, "doc")];
        if (Random.Chance(0.25))
        {
            // More than a node reconciles at once, sometimes.
            var count = Random.One([2, 2, 3, 5]);
            Documents = [Documents[0],
                .. Enumerable.Range(2, count - 1).Select(i => new SimulatedDocument(this, $"doc{i}"))];
        }

        HasDeletions = Random.Chance(0.2) || Focus == FocusKind.Deletions;
        var nodes = Math.Max(1 + Random.Below(3), Focus.LeastNodes());
        Nodes = [.. Enumerable.Range(1, nodes).Select(i => new Node(this, i))];
        var hasPresence = Random.Chance(0.25) || Network is not null;
        Clients =
        [
            .. Enumerable.Range(1, 1 + Documents.Count + Random.Below(4))
                .Select(i => new Client(this, Documents[i % Documents.Count], (ulong)i)
                {
                    HasPresence = hasPresence && i % 3 > 0,
                }),
        ];
        Agenda.AfterStep = AfterStep;
    }

    public ulong Seed { get; }

    /// <summary>What happens more often than elsewhere.</summary>
    public FocusKind Focus { get; }

    /// <summary>Two versions of the program side by side; null where all nodes are of one.</summary>
    public RollingUpgrade? Upgrade { get; }

    /// <summary>What connects the nodes for links; null where they have none.</summary>
    public LinkNetwork? Network { get; }

    public Promise Promise { get; }

    public SeededRandom Random { get; }

    public Agenda Agenda { get; }

    public Weather Weather { get; }

    public Calls Calls { get; }

    public Motion Motion { get; }

    /// <summary>Mostly one.</summary>
    public IReadOnlyList<SimulatedDocument> Documents { get; } = [];

    public Service RedisService { get; } = new("Redis");

    public Service SnapshotService { get; } = new("snapshots");

    public Locators Locators { get; }

    public SessionSettings Settings { get; }

    /// <summary>What the documents are.</summary>
    public ContentOfClients Content { get; }

    /// <summary>Puts updates together.</summary>
    public Updates Updates { get; }

    public IReadOnlyList<Node> Nodes { get; } = [];

    public List<Client> Clients { get; }

    /// <summary>How many connections were made.</summary>
    public int Links { get; set; }

    /// <summary>How often sessions found that their position does not fit.</summary>
    public int Reconciles { get; set; }

    /// <summary>Whether documents are deleted and created again.</summary>
    public bool HasDeletions { get; }

    public bool IsTracing => trace is not null;

    public IReadOnlyList<string> TraceLines => trace ?? [];

    /// <summary>Whether clients that lose a connection look for another one.</summary>
    public bool ClientsReturn { get; set; } = true;

    /// <summary>Whether a node that ends is started again at once.</summary>
    public bool NodesReturn { get; set; }

    public void Trace(string line) => trace?.Add($"{Agenda.Now.TotalSeconds,9:0.000}  {line}");

    public void Trace([InterpolatedStringHandlerArgument("")] ref TraceLine line)
    {
        if (IsTracing)
        {
            Trace(line.ToText());
        }
    }

    /// <summary>
    /// Breaks the schedule off after the present step: for places from which an exception would not get out.
    /// </summary>
    public void Fail(string sentence) => failure ??= sentence;

    public SimulatedDocument Of(DocumentName name)
    {
        for (var i = 0; ; i++)
        {
            if (Documents[i].Name == name)
            {
                return Documents[i];
            }
        }
    }

    /// <summary>All connections of processes to the channels break and come back.</summary>
    public void Interrupt(Process? process = null)
    {
        foreach (var document in Documents)
        {
            document.Redis.Channels.Interrupt(process);
        }
    }

    /// <summary>A client that has nothing yet looks for a node.</summary>
    public Client Add(SimulatedDocument document, bool hasPresence)
    {
        var client = new Client(this, document, (ulong)Clients.Count + 1) { HasPresence = hasPresence };
        Clients.Add(client);
        return client;
    }

    /// <summary>Does something a little later, unless everything is to work by then.</summary>
    public void AddFault(TimeSpan after, Action fault) => Agenda.Add(after, null, () =>
    {
        if (!NodesReturn)
        {
            fault();
        }
    });

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
