namespace Relay.Bench.Load;

/// <summary>
/// One document, one writer, many readers, closed loop: what a delivery costs, and how fast they follow one another.
/// </summary>
internal static class FanOutWorkload
{
    private static readonly (string Name, Func<FanOutFigures, double> Of)[] Compared =
    [
        ("server CPU a delivery, us", figures => figures.ServerMicroseconds),
        ("deliveries a second", figures => figures.DeliveriesPerSecond),
        ("half, ms", figures => figures.Half),
        ("99 of 100, ms", figures => figures.Most),
    ];

    public static Task RunAsync(Contender[] contenders, int readers, int window, int warmUp, int seconds, int rounds) =>
        new Comparison<FanOutFigures>(contenders, Compared)
            .RunAsync(rounds, (servers, _) => MeasureAsync(servers, readers, window, warmUp, seconds));

    private static async Task<FanOutFigures> MeasureAsync(Servers servers, int readers, int window,
        int warmUp, int seconds)
    {
        using var fanOut = await FanOut.ConnectAsync(servers, "fanout", readers, window);
        fanOut.Begin();
        await Task.Delay(TimeSpan.FromSeconds(warmUp));
        var latencies = new LatencyHistogram();
        fanOut.NoteIn(latencies);
        var (before, deliveries) = (ProcessorTimes.Now(servers), fanOut.Deliveries);
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        var cost = ProcessorTimes.Now(servers) - before;
        deliveries = fanOut.Deliveries - deliveries;
        var missing = await fanOut.DrainAsync();
        return new FanOutFigures(latencies.Milliseconds(0.5), latencies.Milliseconds(0.99), deliveries, missing, cost);
    }
}
