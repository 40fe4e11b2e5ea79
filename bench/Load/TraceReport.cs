namespace Relay.Bench.Load;

/// <summary>
/// One large document at a node and at other servers, one after the other in every round, and their ratios: written at
/// once, or joined by many.
/// </summary>
internal static class TraceReport
{
    private const int JoinRounds = 3;

    public static async Task RunAsync(Contender[] contenders, bool ingest, List<byte[]> frames, int joiners,
        int warmUps, int rounds)
    {
        var ratios = contenders.Skip(1).ToDictionary(other => other.Name, _ => new List<double>());
        for (var round = 1; round <= rounds; round++)
        {
            var ours = await MeasureAsync(contenders[0], ingest, frames, joiners, warmUps);
            foreach (var other in contenders.Skip(1))
            {
                var theirs = await MeasureAsync(other, ingest, frames, joiners, warmUps);
                ratios[other.Name].Add(ours.ServerCpuSeconds / theirs.ServerCpuSeconds);
                Console.WriteLine(
                    $"round {round}: server CPU {ratios[other.Name][^1]:F3} of {other.Name}, "
                        + $"{theirs.Seconds / ours.Seconds:F1} times its pace");
            }
        }

        foreach (var (name, values) in ratios)
        {
            Console.WriteLine($"server CPU, of {name}: {Statistics.Spread(values)}");
        }
    }

    private static async Task<Figures> MeasureAsync(Contender contender, bool ingest, List<byte[]> frames,
        int joiners, int warmUps)
    {
        using var servers = await contender.StartAsync();
        var peer = servers.First;
        var figures = ingest
            ? await Workloads.IngestAsync(peer, frames, warmUps)
            : await Workloads.JoinAsync(peer, frames, joiners, warmUps, JoinRounds);
        var joins = joiners * JoinRounds;
        var each = ingest
            ? $"{figures.ServerCpuSeconds / frames.Count * 1e6:F2} us of server CPU and "
                + $"{figures.Seconds / frames.Count * 1e6:F2} us an update"
            : $"{figures.ServerCpuSeconds / joins * 1e3:F3} ms of server CPU and "
                + $"{figures.Seconds / joins * 1e3:F3} ms a join";
        Console.WriteLine(
            $"  {contender.Name}: {each}; resident {figures.ResidentMegabytes:F0} MB; a newcomer is sent "
                + $"{figures.StateBytes:N0} B");
        return figures;
    }
}
