namespace Relay.Sockets;

/// <summary>Tells the threads of socket loops, for which many connections wait, from all others.</summary>
internal static class LoopThread
{
    [ThreadStatic]
    private static LoopRound? round;

    /// <summary>Whether the calling thread is a loop's.</summary>
    public static bool IsCurrent => round is not null;

    /// <summary>From now on the calling thread is a loop's. Returns what it has to do at the end of a round.</summary>
    public static LoopRound Begin() => round ??= new LoopRound();

    /// <summary>
    /// Has the calling thread execute it at the end of its round; false if it is no loop's.
    /// </summary>
    public static bool TryAfterRound(IThreadPoolWorkItem work)
    {
        round?.Add(work);
        return round is not null;
    }
}
