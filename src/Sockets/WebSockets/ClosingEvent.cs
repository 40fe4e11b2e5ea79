namespace Relay.Sockets.WebSockets;

/// <summary>What leads a socket to its end.</summary>
internal enum ClosingEvent
{
    /// <summary>This side has a reason to close.</summary>
    NodeCloses,

    /// <summary>A close frame of the client came.</summary>
    ClientCloses,

    /// <summary>The connection broke, was given up, or has nothing more to read.</summary>
    Ends,
}
