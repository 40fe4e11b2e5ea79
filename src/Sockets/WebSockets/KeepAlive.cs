namespace Relay.Sockets.WebSockets;

/// <summary>
/// When a client is pinged, and whether it has shown since the last pings that it is there. A mutable struct, to be
/// kept in a field: a connection has no further object for it. Not thread-safe.
/// </summary>
/// <param name="start">The first ping is due as if the client had been pinged then.</param>
internal struct KeepAlive(long start)
{
    /// <summary>So many pings in a row may stay without an answer.</summary>
    private const int MostUnanswered = 2;

    private long lastPing = start;
    private long readAtPing;
    private byte unanswered;

    /// <summary>Sees what is due.</summary>
    /// <param name="ticks">Says how long it is from ping to ping.</param>
    /// <param name="read">How many bytes came from the client so far.</param>
    /// <param name="isPaused">Whether the client is not read from at the moment.</param>
    /// <param name="lastPause">When the last pause of the reading ended; 0 if there was none.</param>
    public KeepAliveStep Look(SocketTicks ticks, long read, bool isPaused, long lastPause)
    {
        if (ticks.Time.GetElapsedTime(lastPing) < ticks.Times.Ping)
        {
            return KeepAliveStep.None;
        }

        if (read != readAtPing || lastPause >= lastPing || isPaused)
        {
            // Whatever came is as good as a pong, also a piece of a message: the pong waits behind the rest of it,
            // perhaps for minutes. And while this side does not read, it cannot hold the client's silence against it.
            unanswered = 0;
        }

        if (unanswered == MostUnanswered)
        {
            return KeepAliveStep.GiveUp;
        }

        unanswered++;
        readAtPing = read;
        lastPing = ticks.Time.GetTimestamp();
        return KeepAliveStep.Ping;
    }
}
