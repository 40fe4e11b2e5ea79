using System.Diagnostics;
using System.Globalization;

namespace Relay.Bench.Load;

/// <summary>CPU time so far, in seconds.</summary>
/// <param name="Servers">Of the nodes.</param>
/// <param name="Redis">Of the Redis that joins them.</param>
/// <param name="Load">Of this process.</param>
/// <param name="Machine">Of everything that ran on this machine, or that others took from it.</param>
/// <param name="At">When this was.</param>
internal readonly record struct ProcessorTimes(double Servers, double Redis, double Load, double Machine, long At)
{
    /// <summary>Of the machine, not of this process, which is kept on one.</summary>
    public static int Cores { get; } = File.ReadLines("/proc/stat").Count(line => line.StartsWith("cpu", StringComparison.Ordinal)) - 1;

    public static ProcessorTimes Now(Pair pair) => new(
        pair.First.CpuSeconds + pair.Second.CpuSeconds, pair.Redis.CpuSeconds, Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds, MachineSeconds(), Stopwatch.GetTimestamp());

    public static ProcessorTimes operator -(ProcessorTimes after, ProcessorTimes before) => new(
        after.Servers - before.Servers, after.Redis - before.Redis, after.Load - before.Load, after.Machine - before.Machine, after.At - before.At);

    private static double MachineSeconds()
    {
        // The first line: cpu user nice system idle iowait irq softirq steal, in hundredths of a second.
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9];
        var ticks = Array.ConvertAll(fields, field => double.Parse(field, CultureInfo.InvariantCulture));
        return (ticks.Sum() - ticks[3] - ticks[4]) / 100;
    }
}
