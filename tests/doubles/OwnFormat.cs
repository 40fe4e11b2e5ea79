using Relay.Protocols.YWebSocket;
using Relay.Sessions;

namespace Relay.Doubles;

/// <summary>The frames of y-websocket, as if no other connection used them.</summary>
internal sealed class OwnFormat : FrameFormat
{
    public override bool IsShared => false;

    public override ReadOnlyMemory<byte> SyncStep1(ReadOnlySpan<byte> stateVector) =>
        YWebSocketFormat.Instance.SyncStep1(stateVector);

    public override ReadOnlyMemory<byte> SyncStep2(ReadOnlySpan<byte> update) =>
        YWebSocketFormat.Instance.SyncStep2(update);

    public override ReadOnlyMemory<byte> Update(ReadOnlySpan<byte> update) => YWebSocketFormat.Instance.Update(update);

    public override ReadOnlyMemory<byte> Awareness(ReadOnlySpan<byte> update) =>
        YWebSocketFormat.Instance.Awareness(update);
}
