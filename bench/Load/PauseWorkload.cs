namespace Relay.Bench.Load;

/// <summary>
/// One writer fills a document, while in another one a few readers follow a writer who types at a steady rate: how long
/// those have to wait at most, and what memory the large document takes until it is saved.
/// </summary>
internal static class PauseWorkload
{
    private const int Readers = 4, Window = 4096, WarmUpUpdates = 2000;
    private static readonly TimeSpan Saving = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Sampling = TimeSpan.FromMilliseconds(50);

    private static readonly (string Name, Func<PauseFigures, double> Of)[] Compared =
    [
        ("longest pause of the others, ms", figures => figures.Longest),
        ("99 of 100, ms", figures => figures.Most),
        ("most memory, of what was written", figures => figures.PeakShare),
        ("server CPU, s", figures => figures.Cost.Servers),
    ];

    /// <param name="contenders">What is measured.</param>
    /// <param name="megabytes">Text that is written.</param>
    /// <param name="characters">Of one update.</param>
    /// <param name="rate">Updates of the large document a second.</param>
    /// <param name="beat">Updates of the other document a second.</param>
    /// <param name="rounds">How often.</param>
    public static Task RunAsync(Contender[] contenders, int megabytes, int characters, int rate, int beat,
        int rounds) =>
        new Comparison<PauseFigures>(contenders, Compared).RunAsync(
            rounds, (servers, _) => MeasureAsync(servers, megabytes, characters, rate, beat));

    private static async Task<PauseFigures> MeasureAsync(Servers servers, int megabytes, int characters, int rate,
        int beat)
    {
        var updates = megabytes * 1_000_000 / characters;
        using var large = await FanOut.ConnectAsync(servers, "large", 1, Window, characters);
        using var others = await FanOut.ConnectAsync(servers, "others", Readers, Window);
        using (var warm = await FanOut.ConnectAsync(servers, "warm", 1, Window, characters))
        {
            await Task.WhenAll(
                Task.Run(() => warm.SendPaced(WarmUpUpdates, rate)), Task.Run(() => others.SendPaced(beat, beat)));
            await warm.DrainAsync();
        }

        var latencies = new LatencyHistogram();
        others.NoteIn(latencies);
        var (resident, peak) = (servers.First.ResidentMegabytes, 0.0);
        var before = ProcessorTimes.Now(servers);
        var seconds = ((double)updates / rate) + Saving.TotalSeconds;
        var writing = Task.Run(() => large.SendPaced(updates, rate));
        var typing = Task.Run(() => others.SendPaced((int)(seconds * beat), beat));
        while (!typing.IsCompleted || !writing.IsCompleted)
        {
            peak = Math.Max(peak, servers.First.ResidentMegabytes - resident);
            await Task.Delay(Sampling);
        }

        await Task.WhenAll(writing, typing);
        var missing = await large.DrainAsync() + await others.DrainAsync();
        return new PauseFigures(latencies.Milliseconds(0.5), latencies.Milliseconds(0.99), latencies.Milliseconds(1),
            peak / megabytes, missing, ProcessorTimes.Now(servers) - before);
    }
}
