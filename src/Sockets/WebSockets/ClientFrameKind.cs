namespace Relay.Sockets.WebSockets;

/// <summary>What came from a client.</summary>
internal enum ClientFrameKind
{
    /// <summary>A whole binary message.</summary>
    Message,

    /// <summary>The beginning of a text message; nothing after it is read.</summary>
    Text,

    Ping,

    Pong,

    /// <summary>The client closes, or answers a close.</summary>
    Close,

    /// <summary>The beginning of a message beyond the limit; the rest of it is skipped.</summary>
    TooLarge,

    /// <summary>The node has no room for the rest of a message; nothing after it is read.</summary>
    NoRoom,

    /// <summary>Bytes that break the framing; nothing after them is read.</summary>
    Invalid,

    /// <summary>The stream ended without a close frame.</summary>
    EndOfStream,
}
