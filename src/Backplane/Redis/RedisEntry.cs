using System.Buffers.Binary;
using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// An entry's bytes in the log and in channel messages: id (8 bytes, big-endian), version (the high four bits of a
/// byte) and <see cref="EntryKind"/> (its low four), a block of <see cref="OptionalFields"/>, payload.
/// </summary>
internal static class RedisEntry
{
    private const int FixedLength = 9;
    private const int Version = 1;

    public static byte[] Encode(in LogEntry entry)
    {
        var fields = entry.Fields;
        var head = FixedLength + fields.BlockLength;
        var bytes = new byte[head + entry.Payload.Length];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, entry.Id.Value);
        bytes[8] = (byte)((Version << 4) | (int)entry.Kind);
        fields.WriteBlock(bytes.AsSpan(FixedLength));
        entry.Payload.Span.CopyTo(bytes.AsSpan(head));
        return bytes;
    }

    /// <summary>How many of an encoded entry's bytes stand before its payload.</summary>
    public static int HeadLength(ReadOnlySpan<byte> entry) =>
        OptionalFields.TryMeasureBlock(entry[FixedLength..], out var block) ? FixedLength + block : entry.Length;

    public static byte[] Encode(EntryId id)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, id.Value);
        return bytes;
    }

    /// <summary>Several ids, one after the other.</summary>
    public static byte[] Encode(ReadOnlySpan<EntryId> ids)
    {
        var bytes = new byte[8 * ids.Length];
        for (var i = 0; i < ids.Length; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(8 * i), ids[i].Value);
        }

        return bytes;
    }

    public static EntryId DecodeId(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt64BigEndian(bytes));

    /// <summary>Reads an entry; the payload is a slice of <paramref name="bytes"/>.</summary>
    /// <param name="bytes">What stands in the log.</param>
    /// <param name="before">The position before it.</param>
    /// <param name="entry">The entry; default if it is refused.</param>
    /// <returns>Null, or why it is refused, in the words that follow "it".</returns>
    public static string? Read(ReadOnlyMemory<byte> bytes, Position before, out LoggedEntry entry)
    {
        entry = default;
        var span = bytes.Span;
        if (span.Length < FixedLength)
        {
            return "is no entry";
        }

        if (span[8] >> 4 is var version && version != Version)
        {
            return version == 0
                ? "is of a Relay from before entries had versions"
                : $"has entry version {version}, and this Relay reads version {Version}";
        }

        if ((span[8] & 0x0F) is var kind && kind is < (int)EntryKind.Update or > (int)EntryKind.Created)
        {
            return $"is of the unknown kind {kind}";
        }

        var position = new Position(before.Epoch, before.Offset + 1, DecodeId(span));
        if (position.Id.IsNone || !OptionalFields.TryReadBlock(bytes[FixedLength..], out var fields))
        {
            return "is no entry";
        }

        if (fields.Refusal is { } refusal)
        {
            return refusal;
        }

        entry = new LoggedEntry(position, before.Id, (EntryKind)kind, bytes[(FixedLength + fields.BlockLength)..])
        {
            Fields = fields,
        };
        return null;
    }
}
