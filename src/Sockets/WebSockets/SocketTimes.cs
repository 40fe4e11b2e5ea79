namespace Relay.Sockets.WebSockets;

/// <summary>When a connection is pinged, kept alive and given up.</summary>
internal sealed record SocketTimes
{
    public static SocketTimes Default { get; } = new();

    /// <summary>How often the others are looked at; they are late by at most this.</summary>
    public TimeSpan Tick { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// From ping to ping; 15 s with the tick. A data frame goes with each: y-websocket gives up a connection on which
    /// none came for 30 s, and a load balancer one that is idle for 60 s. A client that answers neither of two pings by
    /// the time of the third is given up. Ping and data frame go together because a write of any size costs a system
    /// call and wakes the client: 8 us on a loopback.
    /// </summary>
    public TimeSpan Ping { get; init; } = TimeSpan.FromSeconds(12.5);

    /// <summary>A client that takes longer for one write of at most 64 KiB does not read.</summary>
    public TimeSpan Write { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a client has to answer a close.</summary>
    public TimeSpan Close { get; init; } = TimeSpan.FromSeconds(5);
}
