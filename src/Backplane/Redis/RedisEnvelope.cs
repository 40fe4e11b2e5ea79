using System.Buffers.Binary;
using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// What stands in a channel message: a head (<see cref="RedisMessageHead"/>) and a body by kind. Big-endian.
/// </summary>
internal static class RedisEnvelope
{
    // Epoch, offset and partition count, and the id of the entry before it.
    private const int EntryFrameLength = 32;
    private const int SavedLength = 24;
    private const int SenderLength = 8;

    public static byte[] Awareness(
        ulong node, AwarenessKind kind, ReadOnlySpan<byte> content, OptionalFields fields = default) =>
        [.. RedisMessageHead.Encode(KindOf(kind), node, fields), .. content];

    /// <summary>What a message tells about presence; null for messages about something else.</summary>
    public static AwarenessKind? AwarenessKindOf(RedisMessageKind kind) => kind switch
    {
        RedisMessageKind.Awareness => AwarenessKind.Changes,
        RedisMessageKind.Hello => AwarenessKind.Hello,
        RedisMessageKind.Here => AwarenessKind.Here,
        RedisMessageKind.Bye => AwarenessKind.Bye,
        RedisMessageKind.Renew => AwarenessKind.Renew,
        _ => null,
    };

    /// <summary>A message about an entry that is stored, as the append script makes it.</summary>
    /// <param name="head">The message's head.</param>
    /// <param name="stored">Where the entry is.</param>
    /// <param name="count">The partition's count at that append; 0 if it is not known.</param>
    /// <param name="entry">The entry's bytes in the log, or those before its payload.</param>
    public static byte[] Entry(ReadOnlySpan<byte> head, AppendResult stored, long count, ReadOnlySpan<byte> entry)
    {
        var message = new byte[head.Length + EntryFrameLength + entry.Length];
        head.CopyTo(message);
        var frame = message.AsSpan(head.Length);
        BinaryPrimitives.WriteInt64BigEndian(frame, stored.Position.Epoch);
        BinaryPrimitives.WriteInt64BigEndian(frame[8..], stored.Position.Offset);
        BinaryPrimitives.WriteInt64BigEndian(frame[16..], count);
        BinaryPrimitives.WriteUInt64BigEndian(frame[24..], stored.Previous.Value);
        entry.CopyTo(frame[EntryFrameLength..]);
        return message;
    }

    public static byte[] Stateless(ulong node, ulong sender, ReadOnlySpan<byte> content)
    {
        const int Start = RedisMessageHead.PlainLength;
        var message = new byte[Start + SenderLength + content.Length];
        RedisMessageHead.Encode(RedisMessageKind.Stateless, node).CopyTo(message, 0);
        BinaryPrimitives.WriteUInt64BigEndian(message.AsSpan(Start), sender);
        content.CopyTo(message.AsSpan(Start + SenderLength));
        return message;
    }

    /// <summary>
    /// Reads what the append script answers to an append that did not fail: outcome, epoch, offset, id, the id before
    /// it.
    /// </summary>
    public static AppendResult Appended(ReadOnlySpan<byte> answer)
    {
        var outcome = answer[0] switch
        {
            0 => AppendOutcome.Stored,
            1 => AppendOutcome.StartedEpoch,
            _ => AppendOutcome.OtherEpoch
        };
        var position = ReadPosition(answer[1..], RedisEntry.DecodeId(answer[17..]));
        return new AppendResult(outcome, position, RedisEntry.DecodeId(answer[25..]));
    }

    /// <summary>The partition's count of appends in a message about an entry that names one.</summary>
    public static bool TryReadCount(ReadOnlySpan<byte> message, in RedisMessageHead head, out long count)
    {
        var isEntry = head.IsEntry && message.Length >= head.Length + EntryFrameLength;
        count = isEntry ? BinaryPrimitives.ReadInt64BigEndian(message[(head.Length + 16)..]) : 0;
        return count > 0;
    }

    /// <summary>Reads a message about a document. Payload and content are slices of it.</summary>
    /// <returns>Null, or why the message is refused, in the words that follow "it".</returns>
    public static string? Read(ReadOnlyMemory<byte> message, in RedisMessageHead head, out RedisMessage read)
    {
        read = default;
        if (head.Refusal(message) is { } refusal)
        {
            return refusal;
        }

        var (kind, node) = (head.Kind, head.Node);
        var body = message[head.Length..];
        switch (kind)
        {
            case RedisMessageKind.Awareness or RedisMessageKind.Hello or RedisMessageKind.Here
                or RedisMessageKind.Bye or RedisMessageKind.Renew:
                read = new RedisMessage(kind, node, default, body) { Holder = HolderField.In(head.Fields(message)) };
                return null;
            case RedisMessageKind.Stateless when body.Length >= SenderLength:
                read = new RedisMessage(kind, node, default, body[SenderLength..],
                    BinaryPrimitives.ReadUInt64BigEndian(body.Span));
                return null;
            case RedisMessageKind.Saved when body.Length == SavedLength:
                var saved = ReadPosition(body.Span, RedisEntry.DecodeId(body.Span[16..]));
                read = new RedisMessage(kind, node, default(LoggedEntry) with { Position = saved }, default);
                return null;
            case RedisMessageKind.Entry or RedisMessageKind.EntryByPosition when body.Length >= EntryFrameLength:
                var position = ReadPosition(body.Span, EntryId.None);
                var before = new Position(
                    position.Epoch, position.Offset - 1, RedisEntry.DecodeId(body.Span[24..]));
                if (RedisEntry.Read(body[EntryFrameLength..], before, out var entry) is { } problem)
                {
                    return problem;
                }

                read = new RedisMessage(kind, node, entry, default);
                return null;
            default:
                return $"is of the unknown kind {(byte)kind}, or has another length than its kind";
        }
    }

    private static RedisMessageKind KindOf(AwarenessKind kind) => kind switch
    {
        AwarenessKind.Hello => RedisMessageKind.Hello,
        AwarenessKind.Here => RedisMessageKind.Here,
        AwarenessKind.Bye => RedisMessageKind.Bye,
        AwarenessKind.Renew => RedisMessageKind.Renew,
        _ => RedisMessageKind.Awareness,
    };

    private static Position ReadPosition(ReadOnlySpan<byte> body, EntryId id) =>
        new(BinaryPrimitives.ReadInt64BigEndian(body), BinaryPrimitives.ReadInt64BigEndian(body[8..]), id);
}
