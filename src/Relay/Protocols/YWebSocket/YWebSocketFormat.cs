using Relay.Connections.WebSockets;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Protocols.YWebSocket;

/// <summary>
/// The frames of the y-websocket protocol (<c>y-protocols/sync.js</c>, <c>y-protocols/awareness.js</c>).
/// </summary>
internal sealed class YWebSocketFormat : FrameFormat
{
    internal const byte Sync = 0;
    internal const byte AwarenessMessage = 1;
    internal const byte Auth = 2;
    internal const byte QueryAwareness = 3;

    /// <summary>Of y-sweet's clients: "tell me when you have what I sent before this".</summary>
    internal const byte MarkerMessage = 102;

    internal const byte Step1 = 0;
    internal const byte Step2 = 1;
    internal const byte UpdateMessage = 2;

    private YWebSocketFormat()
    {
        Silence = Awareness([0]);
    }

    public static YWebSocketFormat Instance { get; } = new();

    /// <summary>
    /// A presence update without entries. Clients take it for a sign of life and do nothing: they drop a connection on
    /// which no data frame came for 30 s.
    /// </summary>
    public ReadOnlyMemory<byte> Silence { get; }

    public override ReadOnlyMemory<byte> SyncStep1(ReadOnlySpan<byte> stateVector) => Make([Sync, Step1], stateVector);

    public override ReadOnlyMemory<byte> SyncStep2(ReadOnlySpan<byte> update) => Make([Sync, Step2], update);

    public override ReadOnlyMemory<byte> Update(ReadOnlySpan<byte> update) => Make([Sync, UpdateMessage], update);

    public override ReadOnlyMemory<byte> Awareness(ReadOnlySpan<byte> update) => Make([AwarenessMessage], update);

    public override ReadOnlyMemory<byte> Marker(ReadOnlySpan<byte> content) => Make([MarkerMessage], content);

    private static byte[] Make(ReadOnlySpan<byte> types, ReadOnlySpan<byte> payload)
    {
        var message = types.Length + Lib0Writer.VarUintSize((ulong)payload.Length) + payload.Length;
        var frame = GC.AllocateUninitializedArray<byte>(WebSocketFrame.HeaderSize(message) + message);
        var at = WebSocketFrame.WriteHeader(frame, WebSocketOpcode.Binary, message);
        types.CopyTo(frame.AsSpan(at));
        at += types.Length;
        var length = (uint)payload.Length;
        for (; length >= 0x80; length >>= 7)
        {
            frame[at++] = (byte)(length | 0x80);
        }

        frame[at++] = (byte)length;
        payload.CopyTo(frame.AsSpan(at));
        return frame;
    }
}
