namespace Relay.Sockets.WebSockets;

/// <summary>What a socket writes next.</summary>
internal enum WriteKind
{
    /// <summary>There is no more to write.</summary>
    None,

    /// <summary>The close frame, after which no other is written.</summary>
    Close,

    Pong,

    /// <summary>A ping, and with it a data frame that clients take and ignore.</summary>
    Ping,

    /// <summary>Some of the frames that wait, or part of one.</summary>
    Frames,
}
