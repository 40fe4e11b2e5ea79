using System.Buffers.Binary;
using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// What stands in a channel message: a head of version (1 byte), <see cref="RedisMessageKind"/> (1 byte) and the
/// sending node's id (8 bytes), and a body by kind. Big-endian.
/// </summary>
internal static class RedisEnvelope
{
    public const int HeadLength = 10;

    /// <summary>An entry's bytes before its payload, in the log and in messages: id and kind.</summary>
    public const int EntryHeadLength = 9;

    private const byte Version = 1;

    // Epoch, offset and partition count, and the id of the entry before it.
    private const int EntryFrameLength = 32;
    private const int SavedLength = 24;

    // Outcome, epoch, offset, id, the id before it, count.
    private const int AppendedLength = 41;
    private const int SenderLength = 8;

    public static byte[] Head(RedisMessageKind kind, ulong node)
    {
        var head = new byte[HeadLength];
        head[0] = Version;
        head[1] = (byte)kind;
        BinaryPrimitives.WriteUInt64BigEndian(head.AsSpan(2), node);
        return head;
    }

    public static byte[] Awareness(ulong node, AwarenessKind kind, ReadOnlySpan<byte> content) =>
        [.. Head(KindOf(kind), node), .. content];

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
    /// <param name="node">The sender.</param>
    /// <param name="stored">Where it is.</param>
    /// <param name="count">The partition's count at that append; 0 if it is not known.</param>
    /// <param name="entry">Its bytes in the log.</param>
    /// <param name="byPosition">Without its payload.</param>
    public static byte[] Entry(ulong node, AppendResult stored, long count, ReadOnlySpan<byte> entry, bool byPosition)
    {
        var body = byPosition ? entry[..EntryHeadLength] : entry;
        var message = new byte[HeadLength + EntryFrameLength + body.Length];
        Head(byPosition ? RedisMessageKind.EntryByPosition : RedisMessageKind.Entry, node).CopyTo(message, 0);
        var frame = message.AsSpan(HeadLength);
        BinaryPrimitives.WriteInt64BigEndian(frame, stored.Position.Epoch);
        BinaryPrimitives.WriteInt64BigEndian(frame[8..], stored.Position.Offset);
        BinaryPrimitives.WriteInt64BigEndian(frame[16..], count);
        BinaryPrimitives.WriteUInt64BigEndian(frame[24..], stored.Previous.Value);
        body.CopyTo(frame[EntryFrameLength..]);
        return message;
    }

    public static byte[] Stateless(ulong node, ulong sender, ReadOnlySpan<byte> content)
    {
        var message = new byte[HeadLength + SenderLength + content.Length];
        Head(RedisMessageKind.Stateless, node).CopyTo(message, 0);
        BinaryPrimitives.WriteUInt64BigEndian(message.AsSpan(HeadLength), sender);
        content.CopyTo(message.AsSpan(HeadLength + SenderLength));
        return message;
    }

    /// <summary>An entry's bytes in the log.</summary>
    public static byte[] Entry(in LogEntry entry)
    {
        var bytes = new byte[EntryHeadLength + entry.Payload.Length];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, entry.Id.Value);
        bytes[8] = (byte)entry.Kind;
        entry.Payload.Span.CopyTo(bytes.AsSpan(EntryHeadLength));
        return bytes;
    }

    /// <summary>
    /// Reads what the append script answers: the result, and the partition's count at that append, 0 where it is not
    /// known. Null for what no such script answers.
    /// </summary>
    public static (AppendResult Result, long Count)? Appended(ReadOnlySpan<byte> answer)
    {
        if (answer.Length != AppendedLength || answer[0] > 2)
        {
            return null;
        }

        var outcome = answer[0] switch
        {
            0 => AppendOutcome.Stored,
            1 => AppendOutcome.StartedEpoch,
            _ => AppendOutcome.OtherEpoch
        };
        var position = ReadPosition(answer[1..], Id(answer[17..]));
        return (new AppendResult(outcome, position, Id(answer[25..])),
            BinaryPrimitives.ReadInt64BigEndian(answer[33..]));
    }

    public static byte[] Ids(ReadOnlySpan<EntryId> ids)
    {
        var bytes = new byte[8 * ids.Length];
        for (var i = 0; i < ids.Length; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(8 * i), ids[i].Value);
        }

        return bytes;
    }

    public static byte[] Id(EntryId id)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, id.Value);
        return bytes;
    }

    public static EntryId Id(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt64BigEndian(bytes));

    /// <summary>Reads an entry's bytes in the log; false if they are none.</summary>
    public static bool TryReadEntry(ReadOnlyMemory<byte> bytes, Position before, out LoggedEntry entry)
    {
        entry = default;
        if (bytes.Length < EntryHeadLength || bytes.Span[8] is < (byte)EntryKind.Update or > (byte)EntryKind.Created)
        {
            return false;
        }

        var position = new Position(before.Epoch, before.Offset + 1, Id(bytes.Span));
        entry = new LoggedEntry(position, before.Id, (EntryKind)bytes.Span[8], bytes[EntryHeadLength..]);
        return !position.Id.IsNone;
    }

    /// <summary>Whether a message tells about presence and <paramref name="node"/> sent it.</summary>
    public static bool IsAwarenessOf(ulong node, ReadOnlySpan<byte> message) =>
        TryReadKind(message, out var kind)
        && AwarenessKindOf(kind) is not null
        && BinaryPrimitives.ReadUInt64BigEndian(message[2..]) == node;

    /// <summary>The partition's count of appends in a message about an entry that names one.</summary>
    public static bool TryReadCount(ReadOnlySpan<byte> message, out long count)
    {
        var isEntry = message.Length >= HeadLength + EntryFrameLength && message[0] == Version
            && (RedisMessageKind)message[1] is RedisMessageKind.Entry or RedisMessageKind.EntryByPosition;
        count = isEntry ? BinaryPrimitives.ReadInt64BigEndian(message[(HeadLength + 16)..]) : 0;
        return count > 0;
    }

    /// <summary>The kind of a message; false for bytes that no version known here wrote.</summary>
    public static bool TryReadKind(ReadOnlySpan<byte> message, out RedisMessageKind kind)
    {
        var isMessage = message.Length >= HeadLength && message[0] == Version;
        kind = isMessage ? (RedisMessageKind)message[1] : default;
        return isMessage;
    }

    /// <summary>Reads a message about a document; false for bytes that no version known here wrote.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> message, out RedisMessage read)
    {
        read = default;
        var span = message.Span;
        if (span.Length < HeadLength || span[0] != Version)
        {
            return false;
        }

        var kind = (RedisMessageKind)span[1];
        var node = BinaryPrimitives.ReadUInt64BigEndian(span[2..]);
        var body = message[HeadLength..];
        switch (kind)
        {
            case RedisMessageKind.Awareness or RedisMessageKind.Hello or RedisMessageKind.Here
                or RedisMessageKind.Bye or RedisMessageKind.Renew:
                read = new RedisMessage(kind, node, 0, default, body);
                return true;
            case RedisMessageKind.Stateless when body.Length >= SenderLength:
                read = new RedisMessage(kind, node, 0, default, body[SenderLength..],
                    BinaryPrimitives.ReadUInt64BigEndian(body.Span));
                return true;
            case RedisMessageKind.Saved when body.Length == SavedLength:
                read = new RedisMessage(kind, node, 0,
                    default(LoggedEntry) with { Position = ReadPosition(body.Span, Id(body.Span[16..])) }, default);
                return true;
            case RedisMessageKind.Entry or RedisMessageKind.EntryByPosition when body.Length >= EntryFrameLength:
                var position = ReadPosition(body.Span, EntryId.None);
                var before = new Position(position.Epoch, position.Offset - 1, Id(body.Span[24..]));
                if (!TryReadEntry(body[EntryFrameLength..], before, out var entry))
                {
                    return false;
                }

                read = new RedisMessage(kind, node, BinaryPrimitives.ReadInt64BigEndian(body.Span[16..]),
                    entry, default);
                return true;
            default:
                return false;
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
