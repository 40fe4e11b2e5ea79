using Relay.Sockets.Backpressure;

namespace Relay.Sockets.WebSockets;

/// <summary>
/// What came from a client, and its payload where there is one. The memory is the holder's, who may give it back where
/// it is <see cref="LentMemory"/>.
/// </summary>
internal readonly record struct ClientFrame(ClientFrameKind Kind, ReadOnlyMemory<byte> Payload);
