using System.Globalization;
using Relay.Bench.Engine;
using Relay.Bench.Load;

// ingest | join [--trace FILE] [--rounds N] [--joiners N] [--node PATH]: the node and the reference server of y-websocket, one after the other in every round, and their ratios.
var workload = args.FirstOrDefault() ?? "";
string Option(string name, string otherwise) => Array.IndexOf(args, "--" + name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : otherwise;
if (workload is not ("ingest" or "join"))
{
    Console.Error.WriteLine("usage: ingest|join [--trace FILE] [--rounds N] [--joiners N] [--node PATH]");
    return 2;
}

var root = FindRoot();
var trace = Option("trace", "");
var updates = trace.Length > 0 ? EditTrace.Read(trace) : EditTrace.Make(1, EditTrace.PaperEdits);
var frames = updates.ConvertAll(update => Client.UpdateFrame(update.Span));
var rounds = int.Parse(Option("rounds", "3"), CultureInfo.InvariantCulture);
var joiners = int.Parse(Option("joiners", "100"), CultureInfo.InvariantCulture);
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
