using Relay.Protocols.YWebSocket;
using Relay.Sessions;
using Relay.Sockets.WebSockets;

namespace Relay.Doubles;

/// <summary>The frames of y-websocket, and receipts besides.</summary>
internal sealed class ReceiptFormat : FrameFormat
{
    public const byte Status = 8;

    private readonly bool asksWhenAsked;

    private ReceiptFormat(bool asksWhenAsked) => this.asksWhenAsked = asksWhenAsked;

    public static ReceiptFormat Instance { get; } = new(false);

    /// <summary>
    /// As <see cref="Instance"/>, for clients that are asked when they ask, like Hocuspocus providers.
    /// </summary>
    public static ReceiptFormat Asking { get; } = new(true);

    public override bool AsksWhenAsked => asksWhenAsked;

    public override ReadOnlyMemory<byte> Accepted { get; } = WebSocketFrame.Make(WebSocketOpcode.Binary, [Status, 1]);

    public override ReadOnlyMemory<byte> Refused { get; } = WebSocketFrame.Make(WebSocketOpcode.Binary, [Status, 0]);

    public override ReadOnlyMemory<byte> SyncStep1(ReadOnlySpan<byte> stateVector) =>
        YWebSocketFormat.Instance.SyncStep1(stateVector);

    public override ReadOnlyMemory<byte> SyncStep2(ReadOnlySpan<byte> update) =>
        YWebSocketFormat.Instance.SyncStep2(update);

    public override ReadOnlyMemory<byte> Update(ReadOnlySpan<byte> update) => YWebSocketFormat.Instance.Update(update);

    public override ReadOnlyMemory<byte> Awareness(ReadOnlySpan<byte> update) =>
        YWebSocketFormat.Instance.Awareness(update);

    public override ReadOnlyMemory<byte> Marker(ReadOnlySpan<byte> content) =>
        YWebSocketFormat.Instance.Marker(content);
}
