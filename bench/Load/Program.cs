using System.Globalization;
using Relay.Bench.Engine;
using Relay.Bench.Load;

const string Usage = """
    A node beside other servers, fresh ones in every round, and the ratios of their figures:
      ingest|join [--trace FILE | --megabytes N] [--rounds N] [--joiners N] [--warmup TIMES]
                                                                    one large document is written (after others of its
                                                                    kind), or joined by many (after others did)
      fanout [--readers N] [--window N] [--warmup SECONDS] [--seconds N] [--rounds N]
                                                                    one document, one writer, many readers
      documents [--documents N] [--clients N] [--rate UPDATES_PER_SECOND] [--warmup SECONDS] [--seconds N] [--rounds N]
                                                                    many documents, whose clients all write
      capacity [--users N,N] [--nodes 1|2] [--warmup SECONDS] [--seconds N] [--rounds N]
                                                                    rooms of four who write and move their cursors,
                                                                    ever more of them; two nodes share a Redis
      idle [--clients N] [--documents N] [--warmup CLIENTS] [--rest SECONDS] [--rounds N]
                                                                    connections that do nothing
      viewers [--viewers N,N] [--rate UPDATES_PER_SECOND] [--every SECONDS] [--warmup SECONDS] [--seconds N]
              [--rounds N]                                          one writer, and many who look and move their cursors
      pause [--megabytes N] [--characters OF_AN_UPDATE] [--rate UPDATES_PER_SECOND] [--beat UPDATES_PER_SECOND]
            [--rounds N]                                            how long others wait while one document grows fast
      stuck [--megabytes N] [--characters OF_AN_UPDATE] [--rate UPDATES_PER_SECOND] [--rounds N]
                                                                    a reader that never reads
      nodes [--documents N] [--rate UPDATES_PER_SECOND] [--warmup SECONDS] [--seconds N] [--rounds N]
                                                                    two nodes and two of Hocuspocus, over Redis
    with [--node PATH] for Node, and for all but nodes [--peers NAME,NAME]: y-websocket-server, hocuspocus, broadcast
    (ASP.NET's WebSockets and nothing else), or none; with [--beside DIRECTORY,DIRECTORY] where other checkouts of this
    repository are built, whose nodes are measured in the same rounds; and for all but nodes with
    [--fsync POLICY,POLICY] nodes that flush their log in these ways (a node flushes every second)
    Nodes alone:
      partitions [--partitions N,N] [--documents N] [--seconds N] [--rounds N]
                                                                    documents that are open and silent, over Redis
      newcomer --s3 ADDRESS [--trace FILE] [--rounds N]             where a node gets a document that it does not hold
      rolling [--clients N] [--documents N] [--rate UPDATES_PER_SECOND] [--drain SECONDS]
                                                                    three nodes are replaced one after the other
                                                                    while clients type
      churn [--documents N] [--passes N] [--settle SECONDS] [--beside DIRECTORY]
                                                                    what stays in memory of documents that were left
    """;
Peer.PinLoad();
var arguments = new Arguments(args);
var root = FindRoot();
var node = arguments.Option("node", "node");
switch (arguments.Workload)
{
    case "ingest" or "join":
        await TraceReport.RunAsync(Contenders("y-websocket-server"), arguments.Workload == "ingest", Trace(),
            arguments.Number("joiners", 100), arguments.Number("warmup", 0), arguments.Number("rounds", 3));
        return 0;
    case "fanout":
        await FanOutWorkload.RunAsync(
            Contenders("y-websocket-server,hocuspocus"), arguments.Number("readers", 200),
                arguments.Number("window", 16), arguments.Number("warmup", 10), arguments.Number("seconds", 5),
                arguments.Number("rounds", 3));
        return 0;
    case "documents":
        await DocumentsWorkload.RunAsync(
            Contenders("y-websocket-server"),
            arguments.Number("documents", 500),
            arguments.Number("clients", 4),
            arguments.Number("rate", 2000),
            arguments.Number("warmup", 10),
            arguments.Number("seconds", 10),
            arguments.Number("rounds", 3));
        return 0;
    case "capacity":
        await CapacityWorkload.RunAsync(
            arguments.Number("nodes", 1) == 2
                ? [new Contender("two nodes", () => Servers.TwoNodesAsync(root))]
                : Contenders("none"),
            Numbers("users", "240,480,960,1440,1920,2400"),
            arguments.Number("warmup", 10),
            arguments.Number("seconds", 10),
            arguments.Number("rounds", 1));
        return 0;
    case "idle":
        await IdleWorkload.RunAsync(
            Contenders("y-websocket-server"), arguments.Number("clients", 5000), arguments.Number("documents", 1000),
                arguments.Number("warmup", 500), arguments.Number("rest", 5), arguments.Number("rounds", 3));
        return 0;
    case "viewers":
        await ViewersWorkload.RunAsync(Contenders("none"), Numbers("viewers", "500,1500"), arguments.Number("rate", 20),
            arguments.Number("every", 15), arguments.Number("warmup", 10), arguments.Number("seconds", 20),
            arguments.Number("rounds", 3));
        return 0;
    case "pause":
        await PauseWorkload.RunAsync(Contenders("none"), arguments.Number("megabytes", 40),
            arguments.Number("characters", 1000), arguments.Number("rate", 4000), arguments.Number("beat", 200),
            arguments.Number("rounds", 3));
        return 0;
    case "partitions":
        await PartitionsWorkload.RunAsync(root, Numbers("partitions", "256,16384"),
            arguments.Number("documents", 50_000), arguments.Number("seconds", 30), arguments.Number("rounds", 1));
        return 0;
    case "stuck":
        await StuckWorkload.RunAsync(Contenders("none"), arguments.Number("megabytes", 40),
            arguments.Number("characters", 1000), arguments.Number("rate", 4000), arguments.Number("rounds", 3));
        return 0;
    case "nodes":
        await NodesWorkload.RunAsync(
            [
                new Contender("node", () => Servers.TwoNodesAsync(root)),
                .. Contender.Beside(arguments.Option("beside", ""), Servers.TwoNodesAsync),
                .. arguments.Option("peers", "hocuspocus") == "none"
                    ? Array.Empty<Contender>()
                    : [new Contender("hocuspocus", () => Servers.TwoHocuspocusAsync(root, node))],
            ],
            arguments.Number("documents", 300), arguments.Number("rate", 2000), arguments.Number("warmup", 10),
                arguments.Number("seconds", 10), arguments.Number("rounds", 3));
        return 0;
    case "newcomer" when arguments.Option("s3", "") is { Length: > 0 } s3:
        await NewcomerWorkload.RunAsync(root, s3, Trace(), arguments.Number("rounds", 5));
        return 0;
    case "rolling":
        await RollingWorkload.RunAsync(root, arguments.Number("clients", 500), arguments.Number("documents", 125),
            arguments.Number("rate", 250), arguments.Number("drain", 5));
        return 0;
    case "churn":
        var others = arguments.Option("beside", "").Split(',', StringSplitOptions.RemoveEmptyEntries);
        foreach (var built in others.Prepend(root))
        {
            Console.WriteLine(built);
            await ChurnWorkload.RunAsync(built, arguments.Number("documents", 50_000), arguments.Number("passes", 2),
                TimeSpan.FromSeconds(arguments.Number("settle", 60)));
        }

        return 0;
    default:
        Console.Error.WriteLine(Usage);
        return 2;
}

List<byte[]> Trace()
{
    if (arguments.Number("megabytes", 0) is > 0 and var megabytes)
    {
        return LargeDocument.Frames(megabytes);
    }

    var file = arguments.Option("trace", "");
    var updates = file.Length > 0 ? EditTrace.Read(file) : EditTrace.Make(1, EditTrace.PaperEdits);
    return updates.ConvertAll(update => Client.UpdateFrame(update.Span));
}

IEnumerable<int> Numbers(string option, string standard) =>
    arguments.Option(option, standard).Split(',').Select(number => int.Parse(number, CultureInfo.InvariantCulture));

Contender[] Contenders(string peers) =>
[
    Contender.Node(root),
    .. Contender.Beside(arguments.Option("beside", ""), Servers.OneNodeAsync),
    .. Contender.Flushing(root, arguments.Option("fsync", "")),
    .. arguments.Option("peers", peers).Split(',').Where(name => name != "none").Select(name => name switch
    {
        "y-websocket-server" => Contender.Reference(root, node),
        "hocuspocus" => Contender.Hocuspocus(root, node),
        "broadcast" => Contender.Broadcast(root),
        _ => throw new ArgumentException($"--peers: there is no {name}."),
    }),
];

static string FindRoot()
{
    for (var directory = AppContext.BaseDirectory; directory is not null; directory = Path.GetDirectoryName(directory))
    {
        if (File.Exists(Path.Combine(directory, "Relay.sln")))
        {
            return directory;
        }
    }

    throw new InvalidOperationException("Run this from inside the repository.");
}
