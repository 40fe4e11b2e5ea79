using Relay.Sessions;

namespace Relay.Simulation;

/// <summary>Frames of a kind and its bytes: what a session says, without a wire.</summary>
internal sealed class PlainFormat : FrameFormat
{
    public const byte Step1 = 0;
    public const byte Step2 = 1;
    public const byte Updated = 2;
    public const byte Presence = 3;
    public const byte Message = 4;

    public static PlainFormat Instance { get; } = new();

    public override ReadOnlyMemory<byte> SyncStep1(ReadOnlySpan<byte> stateVector) => Make(Step1, stateVector);

    public override ReadOnlyMemory<byte> SyncStep2(ReadOnlySpan<byte> update) => Make(Step2, update);

    public override ReadOnlyMemory<byte> Update(ReadOnlySpan<byte> update) => Make(Updated, update);

    public override ReadOnlyMemory<byte> Awareness(ReadOnlySpan<byte> update) => Make(Presence, update);

    public override ReadOnlyMemory<byte> Stateless(ReadOnlySpan<byte> message) => Make(Message, message);

    private static byte[] Make(byte kind, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[payload.Length + 1];
        frame[0] = kind;
        payload.CopyTo(frame.AsSpan(1));
        return frame;
    }
}
