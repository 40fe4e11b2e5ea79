namespace Relay.Sockets.WebSockets;

/// <summary>What came from a client, and its payload where there is one. The memory is the holder's.</summary>
internal readonly record struct ClientFrame(ClientFrameKind Kind, ReadOnlyMemory<byte> Payload);
