using System.Diagnostics;
using System.Numerics;

namespace Relay.Bench.Load;

/// <summary>
/// Durations by the million in little memory: each is counted in one of 64 steps between powers of two, which is exact
/// to 1.6 %.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int StepBits = 6;
    private readonly long[] counts = new long[64 << StepBits];
    private long total;

    /// <summary>Adds durations of what <see cref="Stopwatch"/> counts.</summary>
    public void Add(long ticks, int times = 1)
    {
        counts[Place(Math.Max(ticks, 0))] += times;
        total += times;
    }

    /// <summary>The milliseconds that a share of the durations, 0 to 1, does not exceed.</summary>
    public double Milliseconds(double share)
    {
        var left = (long)Math.Ceiling(total * share);
        for (var place = 0; place < counts.Length; place++)
        {
            left -= counts[place];
            if (left <= 0 && total > 0)
            {
                return Timing.Milliseconds(Value(place));
            }
        }

        return double.NaN;
    }

    private static int Place(long ticks)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)ticks | 1) - StepBits);
        return (shift << StepBits) + (int)(ticks >> shift);
    }

    /// <summary>
    /// Place's inverse: shift s holds the values from 2^6 to 2^7 times 2^s, so its places begin at s + 1 times 2^6.
    /// </summary>
    private static long Value(int place)
    {
        var shift = Math.Max(0, (place >> StepBits) - 1);
        return (long)(place - (shift << StepBits)) << shift;
    }
}
