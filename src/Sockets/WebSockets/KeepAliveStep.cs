namespace Relay.Sockets.WebSockets;

/// <summary>What is due for a client's pings.</summary>
internal enum KeepAliveStep
{
    None,

    /// <summary>A ping is to be sent.</summary>
    Ping,

    /// <summary>The client did not answer the last ping, and is taken for gone.</summary>
    GiveUp,
}
