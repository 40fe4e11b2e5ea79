using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Relay.Bench.Load;

internal static partial class Timing
{
    /// <summary>Of what <see cref="Stopwatch"/> counts.</summary>
    public static double Milliseconds(long ticks) => ticks * 1e3 / Stopwatch.Frequency;

    /// <summary>
    /// Sleeps until then: the clients read on the same core. .NET's own sleeps are whole milliseconds, more than what
    /// is measured.
    /// </summary>
    public static void WaitUntil(long due)
    {
        while (due - Stopwatch.GetTimestamp() is > 0 and var left)
        {
            var time = new Timespec(0, (nint)Math.Min(left * (1_000_000_000 / Stopwatch.Frequency), 900_000_000));
            NanoSleep(in time, 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int NanoSleep(in Timespec time, nint remaining);

    private readonly record struct Timespec(nint Seconds, nint Nanoseconds);
}
