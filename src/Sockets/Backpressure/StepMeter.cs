using System.Diagnostics;

namespace Relay.Sockets.Backpressure;

/// <summary>
/// Counts the steps of reading what a client sends, for the tests of what an input costs. Calls are compiled only where
/// <c>COUNT_STEPS</c> is defined, which is the build of these sources in <c>tests/Yjs.Costs</c>.
/// </summary>
/// <remarks>A step is one turn of a loop, or 64 bytes that are copied at once.</remarks>
internal static class StepMeter
{
    private const int BytesPerStep = 64;

#if COUNT_STEPS
    [ThreadStatic]
    private static long steps;

    /// <summary>The steps of this thread so far.</summary>
    public static long Steps => steps;
#endif

    [Conditional("COUNT_STEPS")]
    public static void Count(long turns = 1)
    {
#if COUNT_STEPS
        steps += turns;
#endif
    }

    [Conditional("COUNT_STEPS")]
    public static void CountBytes(long bytes) => Count(1 + (bytes / BytesPerStep));
}
