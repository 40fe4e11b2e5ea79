using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Relay.Metadata;
using Relay.Peers;
using Relay.Persistence;
using Relay.Protocols.YWebSocket;
using Relay.Sessions;
using Relay.Telemetry;
using Relay.Yjs;

namespace Relay.Doubles;

/// <summary>One or more nodes on doubles, single-threaded, with manual time.</summary>
internal sealed class World : IDisposable
{
    /// <summary>Measurements that no test reads.</summary>
    public static readonly RelayMetrics Unwatched = new(new NodeGauges(() => 0, () => 0, () => 0, () => true));

    private readonly SynchronizationContext? before = SynchronizationContext.Current;
    private readonly Dictionary<int, SessionRegistry> nodes = [];
    private ulong ids = 0x1000;

    public World(SessionSettings? settings = null)
    {
        Settings = settings ?? SessionDefaults.Value;
        Snapshots = new MemorySnapshots(Time);
        SynchronizationContext.SetSynchronizationContext(Context);
    }

    public static DocumentName Name { get; } = DocumentName.Create("doc");

    public SessionSettings Settings { get; }

    /// <summary>What the documents of all nodes may take.</summary>
    public NodeMemory Memory { get; init; } = NodeMemory.Unlimited;

    /// <summary>What the sessions of all nodes may keep of answers.</summary>
    public AnswerBudget Answers { get; init; } = AnswerBudget.Unlimited;

    public StepContext Context { get; } = new();

    public ManualTime Time { get; } = new();

    /// <summary>What sessions log.</summary>
    public NodeLog Log { get; } = new();

    public MemoryBackplane Backplane { get; } = new();

    public MemorySnapshots Snapshots { get; }

    public MemoryLocator Locator { get; } = new();

    public SessionRegistry Sessions => Node(0);

    public SessionRegistry Node(int number)
    {
        if (!nodes.TryGetValue(number, out var node))
        {
            node = new SessionRegistry(Services(number));
            nodes.Add(number, node);
        }

        return node;
    }

    /// <summary>A node's id on channels.</summary>
    public static ulong ChannelIdOf(int number) => (ulong)number + 1;

    /// <summary>The node neither hears nor sends any more.</summary>
    public void Kill(int number) => Backplane.Cut(ChannelIdOf(number));

    /// <summary>Deletes the document as far as that gets now.</summary>
    public Task<LifeOutcome> Delete() => Begin(Life().DeleteAsync(Name, CancellationToken.None));

    /// <summary>Creates it again as far as that gets now.</summary>
    public Task<LifeOutcome> Create() => Begin(Life().CreateAsync(Name, CancellationToken.None));

    /// <summary>Sets a snapshot aside as far as that gets now.</summary>
    public Task<SetAsideResult> SetAside(Position at, bool acceptsLoss)
    {
        var services = Services(0);
        var renewal = new LogRenewal(Backplane, Snapshots, services.Environment, Settings.Content);
        var bad = new BadSnapshots(Snapshots, services.Durable, renewal);
        var task = bad.SetAsideAsync(Name, new SnapshotInfo(at, 1, default), acceptsLoss, CancellationToken.None);
        Run();
        return task;
    }

    /// <summary>Opens the document as a node does that saves orphaned ones.</summary>
    public void Visit(int node = 0)
    {
        Node(node).Visit(Name, (_, _) => { });
        Run();
    }

    /// <summary>What is noted about rooms; null where no test asks. To be set before the first client.</summary>
    public RoomRecorder? Rooms { get; set; }

    /// <summary>The other nodes, as each node sees them.</summary>
    public Func<int, IPeers> Peers { get; set; } = _ => new NoPeers();

    /// <summary>A client that joins and, as stock clients do, asks for everything.</summary>
    public TestConnection Client(
        int node = 0, AccessLevel access = AccessLevel.Write, FrameFormat? format = null, string? user = null)
    {
        var connection = new TestConnection(Context, Node(node), Name, access, user)
        {
            Format = format ?? YWebSocketFormat.Instance,
            Document = Settings.Content.Create(),
        };
        connection.Join();
        connection.Say(Messages.Step1(Settings.Content.EmptyStateVector.ToArray()));
        return connection;
    }

    public void Advance(double seconds) => Time.Advance(TimeSpan.FromSeconds(seconds), Context.Run);

    public void Run() => Context.Run();

    /// <summary>The document as a loader finds it.</summary>
    public byte[] Stored()
    {
        var result = Read();
        Assert.Equal(DurableOutcome.Read, result.Outcome);
        return result.Document.EncodeState();
    }

    /// <summary>What a loader finds.</summary>
    public DurableState Read()
    {
        var reader = new DurableStateReader(Backplane, Snapshots, Settings.Content, Time,
            NullLogger<DurableStateReader>.Instance);
        var reading = reader.ReadAsync(Name, CancellationToken.None).AsTask();
        Run();
        Assert.True(reading.IsCompletedSuccessfully);
#pragma warning disable xUnit1031 // It is completed.
        return reading.Result;
#pragma warning restore xUnit1031
    }

    public void Store(Snapshot snapshot) => Snapshots.Put(snapshot);

    /// <summary>The state that these updates make.</summary>
    public static byte[] StateOf(params byte[][] updates)
    {
        var document = new YDocument();
        foreach (var update in updates)
        {
            Assert.True(document.TryApply(update, out _, out var error), error.Message);
        }

        return document.EncodeState();
    }

    private Task<LifeOutcome> Begin(ValueTask<LifeOutcome> begun)
    {
        var task = begun.AsTask();
        Run();
        return task;
    }

    private DocumentLife Life()
    {
        var services = Services(0);
        return new DocumentLife(services.Log, services.Snapshots, services.Durable, services.Environment);
    }

    public SessionServices Services(int number)
    {
        var durable = new DurableStateReader(Backplane, Snapshots, Settings.Content, Time,
            NullLogger<DurableStateReader>.Instance);
        var environment = new SessionEnvironment(Time, Context, () => ids++);
        return new SessionServices(
            Backplane,
            Backplane.ChannelOf(ChannelIdOf(number)),
            Backplane,
            Locator,
            Peers(number),
            Snapshots,
            durable,
            new ReconcileGate(4),
            environment,
            Settings,
            Unwatched.Sessions,
            new LoggerFactory([Log]).CreateLogger<DocumentSession>(),
            Rooms,
            Memory,
            Answers);
    }

    public void Dispose() => SynchronizationContext.SetSynchronizationContext(before);
}
