using System.Numerics;

namespace Relay.Sessions;

/// <summary>
/// How often something took how long, in steps of a quarter or less (four to each doubling), from under a microsecond
/// to some minutes. Thread-safe; to add is one increment.
/// </summary>
internal sealed class LatencyCounts
{
    /// <summary>How many steps there are.</summary>
    public const int Length = 4 * 31;

    private readonly long[] counts = new long[Length];

    public void Add(TimeSpan took) => Interlocked.Increment(ref counts[StepOf(took)]);

    /// <summary>Copies how many there have been in each step.</summary>
    public void CopyTo(long[] steps)
    {
        for (var step = 0; step < Length; step++)
        {
            steps[step] = Volatile.Read(ref counts[step]);
        }
    }

    /// <summary>The first duration, in seconds, that is too long for a step.</summary>
    public static double EndOf(int step) => ((5L + (step & 3)) << (step >> 2)) / (double)TimeSpan.TicksPerSecond;

    private static int StepOf(TimeSpan took)
    {
        var ticks = (ulong)Math.Max(4, took.Ticks);
        var doublings = BitOperations.Log2(ticks) - 2;
        return Math.Min((doublings << 2) | (int)((ticks >> doublings) & 3), Length - 1);
    }
}
