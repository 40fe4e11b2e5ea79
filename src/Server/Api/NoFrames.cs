using Relay.Sessions;

namespace Relay.Api;

/// <summary>
/// The frames for a connection that is sent none. Its receipts need no frame, so it hears of them when they are given.
/// </summary>
internal sealed class NoFrames : FrameFormat
{
    private NoFrames()
    {
    }

    public static NoFrames Instance { get; } = new();

    public override bool AsksWhenAsked => true;

    public override bool IsShared => false;

    public override ReadOnlyMemory<byte> SyncStep1(ReadOnlySpan<byte> stateVector) => default;

    public override ReadOnlyMemory<byte> SyncStep2(ReadOnlySpan<byte> update) => default;

    public override ReadOnlyMemory<byte> Update(ReadOnlySpan<byte> update) => default;

    public override ReadOnlyMemory<byte> Awareness(ReadOnlySpan<byte> update) => default;
}
