namespace Relay.Sockets.WebSockets;

/// <summary>What a client is told when its socket ends the connection by itself.</summary>
/// <param name="TextFrame">It sent a text frame.</param>
/// <param name="MessageTooLarge">It sent a message that is too large.</param>
/// <param name="NoRoom">The node has no room for a message that has come in part.</param>
/// <param name="FramingError">It sent what is no frame.</param>
/// <param name="SlowReader">It does not read what it is sent.</param>
/// <param name="NoPong">It does not answer a ping.</param>
internal sealed record SocketCloses(
    SocketClose TextFrame,
    SocketClose MessageTooLarge,
    SocketClose NoRoom,
    SocketClose FramingError,
    SocketClose SlowReader,
    SocketClose NoPong)
{
    /// <summary>Why this side ends a connection after a frame of this kind; null for one that ends none.</summary>
    public SocketClose? For(ClientFrameKind kind) => kind switch
    {
        ClientFrameKind.Text => TextFrame,
        ClientFrameKind.TooLarge => MessageTooLarge,
        ClientFrameKind.NoRoom => NoRoom,
        ClientFrameKind.Invalid => FramingError,
        _ => null,
    };
}
