using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Relay.Bench.Hostile;

/// <summary>What a process takes, exactly: its processor time and the most that it held of memory.</summary>
internal sealed partial class ProcessGauge(int id)
{
    // How Linux names the clock of another process (CPUCLOCK_SCHED of its id).
    private readonly int clock = (~id << 3) | 2;

    /// <summary>Processor time so far.</summary>
    public double CpuMilliseconds
    {
        get
        {
            if (GetTime(clock, out var time) != 0)
            {
                throw new Win32Exception(Marshal.GetLastPInvokeError(), "The server has ended.");
            }

            return (time.Seconds * 1e3) + (time.Nanoseconds / 1e6);
        }
    }

    /// <summary>Resident memory at the moment, in MB.</summary>
    public double Megabytes => Read("VmRSS:");

    /// <summary>The most resident memory since <see cref="ForgetPeak"/>, in MB.</summary>
    public double PeakMegabytes => Read("VmHWM:");

    public void ForgetPeak() => File.WriteAllText($"/proc/{id}/clear_refs", "5");

    private double Read(string name)
    {
        var line = File.ReadLines($"/proc/{id}/status").First(line => line.StartsWith(name, StringComparison.Ordinal));
        return double.Parse(line[name.Length..^2], CultureInfo.InvariantCulture) * 1024 / 1e6;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static partial int GetTime(int clock, out Timespec time);

    private readonly record struct Timespec(nint Seconds, nint Nanoseconds);
}
