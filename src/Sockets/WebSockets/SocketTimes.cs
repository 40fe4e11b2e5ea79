namespace Relay.Sockets.WebSockets;

/// <summary>When a connection is pinged, kept alive and given up.</summary>
internal sealed record SocketTimes
{
    public static SocketTimes Default { get; } = new();

    /// <summary>How often the others are looked at; they are late by at most this.</summary>
    public TimeSpan Tick { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A client that got nothing for so long gets a sign of life, within 15 s with the tick: y-websocket gives up a
    /// connection on which no data frame came for 30 s.
    /// </summary>
    public TimeSpan SignOfLife { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// From ping to ping: a load balancer cuts what is idle for 60 s. One that is not answered by the next one's time
    /// ends the connection.
    /// </summary>
    public TimeSpan Ping { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>A client that takes longer for one write of at most 64 KiB does not read.</summary>
    public TimeSpan Write { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a client has to answer a close.</summary>
    public TimeSpan Close { get; init; } = TimeSpan.FromSeconds(5);
}
