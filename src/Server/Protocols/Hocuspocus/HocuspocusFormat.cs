using System.Text;
using Relay.Sockets.WebSockets;
using Relay.Yjs;

namespace Relay.Protocols.Hocuspocus;

/// <summary>
/// The frames of the Hocuspocus protocol (<c>packages/provider/src/MessageReceiver.ts</c>): the address of a document
/// on its socket, then a message of y-protocols or of its own. Frames of a plain address are the same for all its
/// connections; an address with a session has one.
/// </summary>
internal sealed class HocuspocusFormat : SyncFormat
{
    internal const byte Auth = 2;
    internal const byte SyncReply = 4;
    internal const byte StatelessMessage = 5;
    internal const byte BroadcastStateless = 6;
    internal const byte CloseMessage = 7;
    internal const byte SyncStatus = 8;
    internal const byte Ping = 9;
    internal const byte Pong = 10;

    internal const byte Token = 0;
    internal const byte PermissionDenied = 1;
    internal const byte Authenticated = 2;

    /// <param name="address">The name of the document, and the session if there is one.</param>
    /// <param name="isShared">Whether all connections that use the address share this object.</param>
    public HocuspocusFormat(string address, bool isShared)
        : base(Prefix(address))
    {
        IsShared = isShared;
        Accepted = Make([SyncStatus, 1]);
        Refused = Make([SyncStatus, 0]);
        QueryPresence = Make([SyncBytes.QueryAwareness]);
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

    public override ReadOnlyMemory<byte> Stateless(ReadOnlySpan<byte> message) =>
        MakeWithBytes([StatelessMessage], message);

    private byte[] MakeWithText(ReadOnlySpan<byte> types, string text) =>
        MakeWithBytes(types, Encoding.UTF8.GetBytes(text));

    private static byte[] Prefix(string address)
    {
        using var writer = new Lib0Writer();
        writer.WriteVarBytes(Encoding.UTF8.GetBytes(address));
        return writer.ToArray();
    }
}
