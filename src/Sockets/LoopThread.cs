namespace Relay.Sockets;

/// <summary>Tells the threads of socket loops, for which many connections wait, from all others.</summary>
internal static class LoopThread
{
    [ThreadStatic]
    private static bool isCurrent;

    /// <summary>Whether the calling thread is a loop's.</summary>
    public static bool IsCurrent => isCurrent;

    /// <summary>From now on the calling thread is a loop's.</summary>
    public static void Begin() => isCurrent = true;
}
