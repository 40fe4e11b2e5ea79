using Relay.Backplane;
using Relay.Peers;
using Relay.Yjs;

namespace Relay.Simulation;

/// <summary>A message on a channel between nodes of two versions.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="Node">The node that sent it.</param>
/// <param name="Fields">What its sender added to its head.</param>
/// <param name="Entry">The entry, or the position that a snapshot covers.</param>
/// <param name="Content">What is told about presence.</param>
internal sealed record ChannelMessage(
    RedisMessageKind Kind, ulong Node, OptionalFields Fields, LoggedEntry Entry, ReadOnlyMemory<byte> Content)
{
    /// <summary>Whether today's readers must refuse it.</summary>
    public bool IsForLater => LaterFields.IsForLater(Fields)
        || (Kind == RedisMessageKind.Entry && LaterFields.IsForLater(Entry.Fields));

    /// <summary>The bytes that a reader is given.</summary>
    public byte[] ToBytes(bool isLater)
    {
        var head = RedisMessageHead.Encode(Kind, Node, LaterFields.AsRead(Fields, isLater));
        byte[] bytes = Kind switch
        {
            RedisMessageKind.Entry => RedisEnvelope.Entry(
                head, new AppendResult(AppendOutcome.Stored, Entry.Position, Entry.Previous), 1,
                WireBytes.Of(Entry, isLater)),
            RedisMessageKind.Saved => [.. head, .. BytesOf(Entry.Position)],
            _ => [.. head, .. Content.Span],
        };
        if (LaterFields.IsNextVersion(Fields) && !isLater)
        {
            bytes[0]++;
        }

        return bytes;
    }

    /// <summary>The kind of a message about presence.</summary>
    public static RedisMessageKind KindOf(AwarenessKind kind) => kind switch
    {
        AwarenessKind.Hello => RedisMessageKind.Hello,
        AwarenessKind.Here => RedisMessageKind.Here,
        AwarenessKind.Bye => RedisMessageKind.Bye,
        AwarenessKind.Renew => RedisMessageKind.Renew,
        _ => RedisMessageKind.Awareness,
    };

    private static byte[] BytesOf(Position position)
    {
        var bytes = new byte[PeerStateHeader.PositionBytes];
        PeerStateHeader.WritePosition(bytes, position);
        return bytes;
    }
}
