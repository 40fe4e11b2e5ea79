namespace Relay.Sockets.WebSockets;

/// <summary>
/// The clock of all sockets of a node: one timer that looks at each of them in its turn, instead of a timer for each.
/// Thread-safe.
/// </summary>
internal sealed class SocketTicks(SocketTimes times, TimeProvider time) : IDisposable
{
    private readonly SlicedRounds<ClientSocket> rounds = new(times.Tick, time, static socket => socket.Tick());

    public SocketTimes Times => times;

    public TimeProvider Time => time;

    /// <summary>
    /// A timestamp half a tick ago. Pings that are counted from there when a connection begins come at most a period
    /// and half a tick after it, as the later ones do after each other.
    /// </summary>
    public long HalfATickAgo => time.GetTimestamp() - (long)(times.Tick.TotalSeconds / 2 * time.TimestampFrequency);

    /// <summary>Looks at this socket from now on.</summary>
    public void Add(ClientSocket socket) => rounds.Add(socket);

    public void Remove(ClientSocket socket) => rounds.Remove(socket);

    public void Dispose() => rounds.Dispose();
}
