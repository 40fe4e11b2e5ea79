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
    public static int Cores { get; } = File.ReadLines("/proc/stat")
        .Count(line => line.StartsWith("cpu", StringComparison.Ordinal)) - 1;

    /// <summary>Wall clock, of a difference.</summary>
    public double Seconds => Timing.Milliseconds(At) / 1000;

    /// <summary>How much of one core the servers took, of a difference.</summary>
    public double ServersShare => Servers / Seconds;

    /// <summary>How much of its core the load took, of a difference. Near 1 it is what limits.</summary>
    public double LoadShare => Load / Seconds;

    /// <summary>How much of the machine others took, of a difference.</summary>
    public double OthersShare => (Machine - Servers - Redis - Load) / Seconds / Cores;

    /// <summary>What tells whether a figure means something.</summary>
    public string Shares =>
        $"servers {ServersShare:P0} of their core, load {LoadShare:P0} of its own, others "
            + $"{OthersShare:P0} of the machine";

    public static ProcessorTimes Now(Servers servers) => new(
        servers.Nodes.Sum(node => node.CpuSeconds),
        servers.Redis?.CpuSeconds ?? 0,
        Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds,
        MachineSeconds(),
        Stopwatch.GetTimestamp());

    public static ProcessorTimes operator -(ProcessorTimes after, ProcessorTimes before) => new(
        after.Servers - before.Servers, after.Redis - before.Redis, after.Load - before.Load,
            after.Machine - before.Machine, after.At - before.At);

    private static double MachineSeconds()
    {
        // The first line: cpu user nice system idle iowait irq softirq steal, in hundredths of a second.
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9];
        var ticks = Array.ConvertAll(fields, field => double.Parse(field, CultureInfo.InvariantCulture));
        return (ticks.Sum() - ticks[3] - ticks[4]) / 100;
    }
}
