using System.Diagnostics;

namespace Relay.Yjs;

/// <summary>
/// Counts steps for the tests of what an input costs. Calls are compiled only where <c>COUNT_STEPS</c> is defined,
/// which is the build of these sources in <c>tests/Yjs.Costs</c>: the engine
/// itself, and what reads messages for it, pay nothing for them.
/// </summary>
/// <remarks>A step is one turn of a loop, a binary search, or 64 bytes that are copied or scanned at once.</remarks>
public static class WorkMeter
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
