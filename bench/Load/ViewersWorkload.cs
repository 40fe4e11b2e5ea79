using System.Diagnostics;

namespace Relay.Bench.Load;

/// <summary>
/// One document, one writer, and many viewers who show that they are there and move their cursors now and then. Open
/// loop: an update and a move are sent when they are due.
/// </summary>
internal static class ViewersWorkload
{
    private const int Window = 256;
    private const ulong FirstViewerId = 1_000_000;

    private static readonly (string Name, Func<ViewersFigures, double> Of)[] Compared =
    [
        ("server CPU an update and viewer, us", figures => figures.ServerMicroseconds),
        ("an update, half, ms", figures => figures.Half),
        ("99 of 100, ms", figures => figures.Most),
        ("resident memory a viewer, KB", figures => figures.ResidentKilobytes),
        ("missing", figures => figures.Missing),
    ];

    /// <param name="contenders">What is measured.</param>
    /// <param name="viewers">How many; each number has fresh servers.</param>
    /// <param name="rate">Updates a second.</param>
    /// <param name="every">Seconds between two moves of one viewer. Stock clients say every 15 s that they are still
    /// there.</param>
    /// <param name="warmUp">Seconds that do not count.</param>
    /// <param name="seconds">Seconds that do.</param>
    /// <param name="rounds">How often.</param>
    public static async Task RunAsync(Contender[] contenders, IEnumerable<int> viewers, int rate, double every,
        int warmUp, int seconds, int rounds)
    {
        foreach (var count in viewers)
        {
            Console.WriteLine($"{count} viewers:");
            await new Comparison<ViewersFigures>(contenders, Compared).RunAsync(
                rounds, (servers, _) => MeasureAsync(servers, count, rate, every, warmUp, seconds));
        }
    }

    private static async Task<ViewersFigures> MeasureAsync(Servers servers, int viewers, int rate, double every,
        int warmUp, int seconds)
    {
        var resident = servers.First.ResidentMegabytes;
        using var fanOut = await FanOut.ConnectAsync(servers, "viewers", viewers, Window);
        using var moving = new CancellationTokenSource();
        var mover = new Thread(() => Move(fanOut.Readers, every, moving.Token));
        mover.Start();
        await Task.Run(() => fanOut.SendPaced(warmUp * rate, rate));
        var latencies = new LatencyHistogram();
        fanOut.NoteIn(latencies);
        var before = ProcessorTimes.Now(servers);
        await Task.Run(() => fanOut.SendPaced(seconds * rate, rate));
        var cost = ProcessorTimes.Now(servers) - before;
        var missing = await fanOut.DrainAsync();
        await moving.CancelAsync();
        await Task.Run(mover.Join);
        return new ViewersFigures(viewers, seconds * rate, latencies.Milliseconds(0.5), latencies.Milliseconds(0.99),
            servers.First.ResidentMegabytes - resident, missing, cost);
    }

    /// <summary>All viewers in turn, at equal distances, and round again.</summary>
    private static void Move(IReadOnlyList<Client> viewers, double every, CancellationToken end)
    {
        var start = Stopwatch.GetTimestamp();
        for (var move = 0L; !end.IsCancellationRequested; move++)
        {
            Timing.WaitUntil(start + (long)(move * every / viewers.Count * Stopwatch.Frequency));
            var viewer = viewers[(int)(move % viewers.Count)];
            viewer.Send(viewer.PresenceFrame(
                FirstViewerId + (ulong)(move % viewers.Count), (ulong)(move / viewers.Count) + 1));
        }
    }
}
