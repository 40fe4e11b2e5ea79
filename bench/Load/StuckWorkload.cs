namespace Relay.Bench.Load;

/// <summary>
/// A writer, ten readers who follow, and one who connects, gets the document and then never reads: what it costs the
/// server in memory, and the others in time. Each run has a fresh server.
/// </summary>
internal static class StuckWorkload
{
    private const int Readers = 10, Window = 1024, WarmUpUpdates = 4000;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Sampling = TimeSpan.FromMilliseconds(50);

    public static async Task RunAsync(Contender[] contenders, int megabytes, int characters, int rate, int rounds)
    {
        var runs = contenders.SelectMany(contender => (bool[])[false, true],
            (contender, stuck) => (Contender: contender, Stuck: stuck, Figures: new List<StuckFigures>())).ToArray();
        for (var round = 1; round <= rounds; round++)
        {
            foreach (var (contender, stuck, figures) in runs)
            {
                using var servers = await contender.StartAsync();
                figures.Add(await MeasureAsync(servers, stuck, megabytes * 1_000_000 / characters, characters, rate));
                Console.WriteLine($"round {round} {contender.Name} {Which(stuck)}: {figures[^1]}");
            }
        }

        foreach (var (contender, stuck, figures) in runs)
        {
            Console.WriteLine(
                $"{contender.Name} {Which(stuck)}: resident MB, at most "
                    + $"+{Statistics.Spread(figures.Select(run => run.Peak - run.Before))}, in the end "
                    + $"+{Statistics.Spread(figures.Select(run => run.After - run.Before))}; "
                + $"others, ms: half {Statistics.Spread(figures.Select(run => run.Half))}, 99 of 100 "
                + $"{Statistics.Spread(figures.Select(run => run.Most))}; "
                + $"server CPU, s, {Statistics.Spread(figures.Select(run => run.Cost.Servers))}");
        }
    }

    private static string Which(bool stuck) => stuck ? "with a stuck reader" : "without";

    private static async Task<StuckFigures> MeasureAsync(Servers servers, bool stuck, int updates,
        int characters, int rate)
    {
        using (var warm = await FanOut.ConnectAsync(servers, "warm", Readers, Window, characters))
        {
            await Task.Run(() => warm.SendPaced(WarmUpUpdates, rate));
            await warm.DrainAsync();
        }

        await Task.Delay(Settling);
        using var fanOut = await FanOut.ConnectAsync(servers, "stuck", Readers, Window, characters);
        using var reader = stuck ? await Client.ConnectAsync(servers.First.Url, "stuck", servers.Dialect) : null;
        if (reader is not null)
        {
            await reader.SyncAsync();
            reader.StopReading();
        }

        var latencies = new LatencyHistogram();
        fanOut.NoteIn(latencies);
        var (resident, before) = (servers.First.ResidentMegabytes, ProcessorTimes.Now(servers));
        var writing = Task.Run(() => fanOut.SendPaced(updates, rate));
        var peak = await PeakAsync(servers.First, writing);
        var missing = await fanOut.DrainAsync();
        var cost = ProcessorTimes.Now(servers) - before;
        before = ProcessorTimes.Now(servers);
        peak = Math.Max(peak, await PeakAsync(servers.First, Task.Delay(Settling)));
        var resting = ProcessorTimes.Now(servers) - before;
        return new StuckFigures(resident, peak, servers.First.ResidentMegabytes, latencies.Milliseconds(0.5),
            latencies.Milliseconds(0.99), missing, cost, resting);
    }

    private static async Task<double> PeakAsync(Peer server, Task until)
    {
        var peak = server.ResidentMegabytes;
        while (!until.IsCompleted)
        {
            await Task.Delay(Sampling);
            peak = Math.Max(peak, server.ResidentMegabytes);
        }

        await until;
        return peak;
    }
}
