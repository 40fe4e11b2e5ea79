using System.Globalization;
using Relay.Bench.Engine;
using Relay.Bench.Load;

// ingest | join: a node and the reference server of y-websocket, one after the other in every round, and their ratios.
// nodes: two nodes and two of Hocuspocus, over Redis. newcomer: where a document comes from when a node does not hold it.
const string Usage = """
    usage: ingest|join [--trace FILE] [--rounds N] [--joiners N] [--node PATH]
           nodes [--documents N] [--rate UPDATES_PER_SECOND] [--warmup SECONDS] [--seconds N] [--rounds N] [--node PATH]
           newcomer --s3 ADDRESS [--trace FILE] [--rounds N]
    """;
Peer.PinLoad();
var workload = args.FirstOrDefault() ?? "";
string Option(string name, string otherwise) => Array.IndexOf(args, "--" + name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : otherwise;
int Number(string name, int otherwise) => int.Parse(Option(name, otherwise.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);
if (workload is not ("ingest" or "join" or "nodes" or "newcomer") || (workload == "newcomer" && Option("s3", "").Length == 0))
{
    Console.Error.WriteLine(Usage);
    return 2;
}

var root = FindRoot();
if (workload == "nodes")
{
    await NodesReport.RunAsync(root, Option("node", "node"), Number("documents", 300), Number("rate", 2000), Number("warmup", 10), Number("seconds", 10), Number("rounds", 3));
    return 0;
}

var trace = Option("trace", "");
var updates = trace.Length > 0 ? EditTrace.Read(trace) : EditTrace.Make(1, EditTrace.PaperEdits);
var frames = updates.ConvertAll(update => Client.UpdateFrame(update.Span));
var rounds = Number("rounds", workload == "newcomer" ? 5 : 3);
if (workload == "newcomer")
{
    await NewcomerWorkload.RunAsync(root, Option("s3", ""), frames, rounds);
    return 0;
}

var joiners = Number("joiners", 100);
var cpuRatios = new List<double>();
for (var round = 1; round <= rounds; round++)
{
    using var relay = await Peer.StartRelayAsync(root);
    var ours = await RunAsync("relay", relay);
    using var reference = await Peer.StartReferenceAsync(root, Option("node", "node"));
    var theirs = await RunAsync("y-websocket-server", reference);
    cpuRatios.Add(ours.ServerCpuSeconds / theirs.ServerCpuSeconds);
    Console.WriteLine($"round {round}: server CPU {cpuRatios[^1]:F3} of the reference, {theirs.Seconds / ours.Seconds:F1} times its pace");
}

cpuRatios.Sort();
Console.WriteLine($"median server CPU: {cpuRatios[rounds / 2]:F3} of the reference ({cpuRatios[0]:F3} to {cpuRatios[^1]:F3})");
return 0;

async Task<Figures> RunAsync(string name, Peer peer)
{
    const int JoinRounds = 3;
    var figures = workload == "ingest" ? await Workloads.IngestAsync(peer, frames) : await Workloads.JoinAsync(peer, frames, joiners, JoinRounds);
    var each = workload == "ingest"
        ? $"{figures.ServerCpuSeconds / frames.Count * 1e6:F2} us of server CPU and {figures.Seconds / frames.Count * 1e6:F2} us an update"
        : $"{figures.ServerCpuSeconds / (joiners * JoinRounds) * 1e3:F3} ms of server CPU and {figures.Seconds / (joiners * JoinRounds) * 1e3:F3} ms a join";
    Console.WriteLine($"  {name}: {each}; resident {figures.ResidentMegabytes:F0} MB; a newcomer is sent {figures.StateBytes:N0} B");
    return figures;
}

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
