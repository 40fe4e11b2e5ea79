namespace Relay.Bench.Hostile;

/// <summary>Sends one input to one server that was started for it.</summary>
internal static class Measurement
{
    private const int WarmUps = 3;
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(200);

    /// <summary>A server that takes less than this in a window, health aside, has nothing more to do.</summary>
    private const double IdleMilliseconds = 4;

    /// <param name="target">A server without anything in it.</param>
    /// <param name="input">What is sent.</param>
    /// <param name="patience">After how long the figures say "more than".</param>
    /// <returns>How many bytes were sent, and what they cost.</returns>
    public static async Task<(long Bytes, Figures Figures)> RunAsync(
        Target target, HostileInput input, TimeSpan patience)
    {
        var gauge = new ProcessGauge(target.ProcessId);
        using var probe = new HealthProbe(target);
        var before = Math.Max(1, input.Size / input.WarmUpShare);
        for (var warmUps = 0; warmUps < WarmUps; warmUps++)
        {
            var warmUp = await WithinAsync(input.PrepareAsync(target, before), patience);
            await WithinAsync(warmUp?.RunAsync(), patience);
            await RestAsync(gauge, 0, patience);
        }

        var attack = await WithinAsync(input.PrepareAsync(target, input.Size), patience);
        await RestAsync(gauge, 0, patience);
        if (attack is null)
        {
            const string Unprepared = "not prepared in time";
            return (0, new Figures(gauge.CpuMilliseconds, 0, probe.WorstMilliseconds, Unprepared, 0, 0, false));
        }

        var forHealth = await PriceOfHealthAsync(gauge, probe);
        var resident = gauge.Megabytes;
        gauge.ForgetPeak();
        probe.Forget();
        var (cpu, answers) = (gauge.CpuMilliseconds, probe.Answers);
        var outcome = await WithinAsync(attack.RunAsync(), patience);
        var rests = await RestAsync(gauge, forHealth, patience);
        var spent = gauge.CpuMilliseconds - cpu - ((probe.Answers - answers) * forHealth);
        return (attack.Bytes, new Figures(
            Math.Max(0, spent),
            gauge.PeakMegabytes - resident,
            probe.WorstMilliseconds,
            outcome ?? "not answered in time",
            attack.Share(),
            gauge.Megabytes - resident,
            outcome is not null && rests));
    }

    private static async Task<T?> WithinAsync<T>(Task<T>? work, TimeSpan patience)
        where T : class =>
        work is not null && await Task.WhenAny(work, Task.Delay(patience)) == work ? await work : null;

    /// <summary>Waits until the server does nothing but answer for its health.</summary>
    private static async Task<bool> RestAsync(ProcessGauge gauge, double forHealth, TimeSpan patience)
    {
        var questions = Window / TimeSpan.FromMilliseconds(25);
        var most = IdleMilliseconds + (Math.Max(forHealth, 1) * questions);
        for (var windows = patience / Window; windows > 0; windows--)
        {
            var before = gauge.CpuMilliseconds;
            await Task.Delay(Window);
            if (gauge.CpuMilliseconds - before < most)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Processor time of the server for one question.</summary>
    private static async Task<double> PriceOfHealthAsync(ProcessGauge gauge, HealthProbe probe)
    {
        var (cpu, answers) = (gauge.CpuMilliseconds, probe.Answers);
        await Task.Delay(5 * Window);
        return (gauge.CpuMilliseconds - cpu) / Math.Max(1, probe.Answers - answers);
    }
}
