namespace Relay.Sockets.WebSockets;

/// <summary>What a frame is (RFC 6455, 11.8).</summary>
internal enum WebSocketOpcode
{
    Continuation = 0x0,
    Text = 0x1,
    Binary = 0x2,
    Close = 0x8,
    Ping = 0x9,
    Pong = 0xA,
}
