using System.Text;
using Relay.Connections.WebSockets;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Protocols.Hocuspocus;

/// <summary>
/// The frames of the Hocuspocus protocol (<c>packages/provider/src/MessageReceiver.ts</c>): the address of a document
/// on its socket, a type, and what the type asks for. Frames of a plain address are the same for all its
/// connections; an address with a session has one.
/// </summary>
internal sealed class HocuspocusFormat : FrameFormat
{
    internal const byte Sync = 0;
    internal const byte AwarenessMessage = 1;
    internal const byte Auth = 2;
    internal const byte QueryAwareness = 3;
    internal const byte SyncReply = 4;
    internal const byte StatelessMessage = 5;
    internal const byte BroadcastStateless = 6;
    internal const byte CloseMessage = 7;
    internal const byte SyncStatus = 8;
    internal const byte Ping = 9;
    internal const byte Pong = 10;

    internal const byte Step1 = 0;
    internal const byte Step2 = 1;
    internal const byte UpdateMessage = 2;

    internal const byte Token = 0;
    internal const byte PermissionDenied = 1;
    internal const byte Authenticated = 2;

    private readonly byte[] prefix;

    /// <param name="address">The name of the document, and the session if there is one.</param>
    /// <param name="isShared">Whether all connections that use the address share this object.</param>
    public HocuspocusFormat(string address, bool isShared)
    {
        using var writer = new Lib0Writer();
        writer.WriteVarBytes(Encoding.UTF8.GetBytes(address));
        prefix = writer.ToArray();
        IsShared = isShared;
        Accepted = Make([SyncStatus, 1]);
        Refused = Make([SyncStatus, 0]);
        QueryPresence = Make([QueryAwareness]);
    }

    /// <summary>
    /// A message to the document with the empty name, which there is not: every provider takes it for a sign of life,
    /// and none for its own. A bare ping would do for providers of version 4; older ones throw when they read it.
    /// </summary>
    public static ReadOnlyMemory<byte> Silence { get; } = WebSocketFrame.Make(WebSocketOpcode.Binary, [0, Ping]);

    /// <summary>The answer to a ping.</summary>
    public static ReadOnlyMemory<byte> BarePong { get; } = WebSocketFrame.Make(WebSocketOpcode.Binary, [Pong]);

    public override bool IsShared { get; }

    public override bool AsksWhenAsked => true;

    public override ReadOnlyMemory<byte> Accepted { get; }

    public override ReadOnlyMemory<byte> Refused { get; }

    public override ReadOnlyMemory<byte> QueryPresence { get; }

    /// <summary>Asks the client for a new token.</summary>
    public ReadOnlyMemory<byte> TokenRequest() => Make([Auth, Token]);

    /// <summary>The document is open.</summary>
    public ReadOnlyMemory<byte> Opened(bool mayWrite) =>
        MakeWithText([Auth, Authenticated], mayWrite ? "read-write" : "readonly");

    /// <summary>The document is not open.</summary>
    public ReadOnlyMemory<byte> Denied(string reason) => MakeWithText([Auth, PermissionDenied], reason);

    /// <summary>The document is not open any more.</summary>
    public ReadOnlyMemory<byte> Closed(string reason) => MakeWithText([CloseMessage], reason);

    public override ReadOnlyMemory<byte> SyncStep1(ReadOnlySpan<byte> stateVector) =>
        MakeWithBytes([Sync, Step1], stateVector);

    public override ReadOnlyMemory<byte> SyncStep2(ReadOnlySpan<byte> update) => MakeWithBytes([Sync, Step2], update);

    public override ReadOnlyMemory<byte> Update(ReadOnlySpan<byte> update) =>
        MakeWithBytes([Sync, UpdateMessage], update);

    public override ReadOnlyMemory<byte> Awareness(ReadOnlySpan<byte> update) =>
        MakeWithBytes([AwarenessMessage], update);

    public override ReadOnlyMemory<byte> Stateless(ReadOnlySpan<byte> message) =>
        MakeWithBytes([StatelessMessage], message);

    private byte[] Make(ReadOnlySpan<byte> types) => WebSocketFrame.Make(WebSocketOpcode.Binary, [.. prefix, .. types]);

    private byte[] MakeWithText(ReadOnlySpan<byte> types, string text) =>
        MakeWithBytes(types, Encoding.UTF8.GetBytes(text));

    private byte[] MakeWithBytes(ReadOnlySpan<byte> types, ReadOnlySpan<byte> payload)
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
