using System.Globalization;

namespace Relay.Bench.Load;

/// <summary>
/// Documents that are open on a node with Redis, and silent: what it costs to ask all partitions again and again
/// whether one has changed.
/// </summary>
internal static class PartitionsWorkload
{
    private const int AtOnce = 64;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    public static async Task RunAsync(string root, IEnumerable<int> partitions, int documents, int seconds, int rounds)
    {
        foreach (var count in partitions)
        {
            foreach (var open in (int[])[0, documents])
            {
                var figures = new List<ProcessorTimes>();
                for (var round = 1; round <= rounds; round++)
                {
                    using var servers = await Servers.OneNodeWithRedisAsync(root, count);
                    figures.Add(await MeasureAsync(servers, open, seconds));
                    Console.WriteLine(
                        $"round {round}, {count:N0} partitions, {open:N0} documents: {figures[^1].Shares}");
                }

                Console.WriteLine(
                    $"{count:N0} partitions, {open:N0} open documents: of a core, node "
                        + $"{Statistics.Spread(figures.Select(run => run.ServersShare))}, Redis "
                        + $"{Statistics.Spread(figures.Select(run => run.Redis / run.Seconds))}");
            }
        }
    }

    private static async Task<ProcessorTimes> MeasureAsync(Servers servers, int documents, int seconds)
    {
        await Parallel.ForAsync(0, documents, new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (document, _) =>
        {
            using var client = await Client.ConnectAsync(
                servers.First.Url, document.ToString(CultureInfo.InvariantCulture));
            await client.SyncAsync();
        });
        await Task.Delay(Settling);
        var before = ProcessorTimes.Now(servers);
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        return ProcessorTimes.Now(servers) - before;
    }
}
