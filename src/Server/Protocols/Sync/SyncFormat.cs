using Relay.Sessions;
using Relay.Sockets.WebSockets;
using Relay.Yjs;

namespace Relay.Protocols;

/// <summary>
/// Writes the messages of y-protocols, each in a WebSocket frame of its own. What a protocol adds to them is in the
/// classes that derive from this one.
/// </summary>
/// <param name="prefix">What stands before the type of every message.</param>
internal abstract class SyncFormat(byte[] prefix) : FrameFormat
{
    public sealed override ReadOnlyMemory<byte> SyncStep1(ReadOnlySpan<byte> stateVector) =>
        MakeWithBytes([SyncBytes.Sync, SyncBytes.Step1], stateVector);

    public sealed override ReadOnlyMemory<byte> SyncStep2(ReadOnlySpan<byte> update) =>
        MakeWithBytes([SyncBytes.Sync, SyncBytes.Step2], update);

    public sealed override ReadOnlyMemory<byte> Update(ReadOnlySpan<byte> update) =>
        MakeWithBytes([SyncBytes.Sync, SyncBytes.Update], update);

    public sealed override ReadOnlyMemory<byte> Awareness(ReadOnlySpan<byte> update) =>
        MakeWithBytes([SyncBytes.Awareness], update);

    /// <summary>A frame with a message that has no payload.</summary>
    protected byte[] Make(ReadOnlySpan<byte> types) =>
        WebSocketFrame.Make(WebSocketOpcode.Binary, [.. prefix, .. types]);

    /// <summary>A frame with a message whose payload is a length and as many bytes.</summary>
    protected byte[] MakeWithBytes(ReadOnlySpan<byte> types, ReadOnlySpan<byte> payload)
    {
        var message = prefix.Length + types.Length + Lib0Writer.VarUintSize((ulong)payload.Length) + payload.Length;
        var frame = GC.AllocateUninitializedArray<byte>(WebSocketFrame.HeaderSize(message) + message);
        var at = WebSocketFrame.WriteHeader(frame, WebSocketOpcode.Binary, message);
        prefix.CopyTo(frame, at);
        at += prefix.Length;
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
