namespace Relay.Bench.Hostile;

/// <summary>Sends one input to one server that was started for it.</summary>
internal static class Measurement
{
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
        var warmUp = await input.PrepareAsync(target, Math.Max(1, input.Size / 10));
        await WithinAsync(warmUp.RunAsync(), patience);
        await RestAsync(gauge, 0, patience);
        var attack = await input.PrepareAsync(target, input.Size);
        await RestAsync(gauge, 0, patience);
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
            outcome is not null && rests));
    }

    private static async Task<string?> WithinAsync(Task<string> attack, TimeSpan patience) =>
        await Task.WhenAny(attack, Task.Delay(patience)) == attack ? await attack : null;

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
