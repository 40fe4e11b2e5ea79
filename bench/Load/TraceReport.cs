namespace Relay.Bench.Load;

/// <summary>
/// One large document at a node and at the reference server of y-websocket, one after the other in every round, and
/// their ratios: written at once, or joined by many.
/// </summary>
internal static class TraceReport
{
    private const int JoinRounds = 3;

    public static async Task RunAsync(string root, string node, bool ingest, List<byte[]> frames,
        int joiners, int rounds)
    {
        var cpuRatios = new List<double>();
        for (var round = 1; round <= rounds; round++)
        {
            using var relay = await Peer.StartRelayAsync(root);
            var ours = await MeasureAsync("relay", relay, ingest, frames, joiners);
            using var reference = await Peer.StartReferenceAsync(root, node);
            var theirs = await MeasureAsync("y-websocket-server", reference, ingest, frames, joiners);
            cpuRatios.Add(ours.ServerCpuSeconds / theirs.ServerCpuSeconds);
            Console.WriteLine(
                $"round {round}: server CPU {cpuRatios[^1]:F3} of the reference, "
                    + $"{theirs.Seconds / ours.Seconds:F1} times its pace");
        }

        Console.WriteLine($"server CPU, of the reference: {Statistics.Spread(cpuRatios)}");
    }

    private static async Task<Figures> MeasureAsync(string name, Peer peer, bool ingest,
        List<byte[]> frames, int joiners)
    {
        var figures = ingest
            ? await Workloads.IngestAsync(peer, frames)
            : await Workloads.JoinAsync(peer, frames, joiners, JoinRounds);
        var joins = joiners * JoinRounds;
        var each = ingest
            ? $"{figures.ServerCpuSeconds / frames.Count * 1e6:F2} us of server CPU and "
                + $"{figures.Seconds / frames.Count * 1e6:F2} us an update"
            : $"{figures.ServerCpuSeconds / joins * 1e3:F3} ms of server CPU and "
                + $"{figures.Seconds / joins * 1e3:F3} ms a join";
        Console.WriteLine(
            $"  {name}: {each}; resident {figures.ResidentMegabytes:F0} MB; a newcomer is sent "
                + $"{figures.StateBytes:N0} B");
        return figures;
    }
}
