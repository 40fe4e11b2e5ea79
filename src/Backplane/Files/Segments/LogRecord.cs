using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// The bytes of a record, little endian: 0 magic, 4 checksum of bytes 8 to the header's end, 8 length of the whole
/// record, 12 <see cref="RecordKind"/>, 13
/// <see cref="EntryKind"/>, 14 length of the name (u16), 16 how many bytes before the record the disk was not known to
/// have (u32; from the segment's first byte on: those of the segment before neither), 20 length of the optional fields
/// (u16), 22 zero (u16), 24 time, 32 epoch, 40 offset, 48 id, 56 other offset, 64 other id, 72 name (UTF-8),
/// <see cref="OptionalFields"/> without a length before them, payload, and last the checksum of the payload continued
/// from the header's, so that it covers all. The header ends with the optional fields.
/// </summary>
/// <remarks>
/// The checksums start from the segment's random seed: bytes that a client chose (a payload that holds an image of
/// a segment file) and blocks of other segments never look like records. The magic is not UTF-8, so no name contains
/// it. The header has a checksum of its own so that a damaged payload costs one document and not the whole log.
/// </remarks>
internal static class LogRecord
{
    public const int FixedLength = 72;
    public const int TrailerLength = 4;

    /// <summary>The longest payload; far above what a relay accepts as one message.</summary>
    public const int MaxPayloadBytes = 1 << 30;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true);

    public static ReadOnlySpan<byte> Magic => [0xFF, (byte)'R', (byte)'l', 0xFE];

    public static int LengthOf(int nameBytes, OptionalFields fields, int payloadBytes) =>
        FixedLength + nameBytes + fields.Bytes.Length + payloadBytes + TrailerLength;

    /// <summary>
    /// Writes a record but for its checksums and its unflushed distance, which <see cref="Seal"/> adds when it is known
    /// where the record goes.
    /// </summary>
    public static void Write(Span<byte> target, in RecordHeader header, DocumentName name, int nameBytes,
        ReadOnlySpan<byte> payload)
    {
        Magic.CopyTo(target);
        BinaryPrimitives.WriteInt32LittleEndian(target[8..], target.Length);
        target[12] = (byte)header.Kind;
        target[13] = (byte)header.EntryKind;
        BinaryPrimitives.WriteUInt16LittleEndian(target[14..], (ushort)nameBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(target[16..], 0);
        BinaryPrimitives.WriteInt32LittleEndian(target[20..], header.Fields.Bytes.Length);
        BinaryPrimitives.WriteInt64LittleEndian(target[24..], header.Time);
        BinaryPrimitives.WriteInt64LittleEndian(target[32..], header.Position.Epoch);
        BinaryPrimitives.WriteInt64LittleEndian(target[40..], header.Position.Offset);
        BinaryPrimitives.WriteUInt64LittleEndian(target[48..], header.Position.Id.Value);
        BinaryPrimitives.WriteInt64LittleEndian(target[56..], header.OtherOffset);
        BinaryPrimitives.WriteUInt64LittleEndian(target[64..], header.OtherId.Value);
        Strict.GetBytes(name.Value, target[FixedLength..]);
        header.Fields.Bytes.Span.CopyTo(target[(FixedLength + nameBytes)..]);
        payload.CopyTo(target[(FixedLength + nameBytes + header.Fields.Bytes.Length)..]);
    }

    /// <summary>
    /// Completes the record that starts at <paramref name="target"/> for a segment, and answers its length.
    /// </summary>
    public static int Seal(Span<byte> target, uint seed, uint unflushed)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(target[8..]);
        var headerEnd = HeaderLengthOf(target);
        BinaryPrimitives.WriteUInt32LittleEndian(target[16..], unflushed);
        var checksum = Crc32C.Compute(seed, target[8..headerEnd]);
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], checksum);
        BinaryPrimitives.WriteUInt32LittleEndian(target[(length - TrailerLength)..],
            Crc32C.Compute(checksum, target[headerEnd..(length - TrailerLength)]));
        return length;
    }

    /// <summary>
    /// Reads the lengths out of the first <see cref="FixedLength"/> bytes, unverified but possible.
    /// </summary>
    public static bool TryReadLengths(ReadOnlySpan<byte> bytes, out int headerLength, out int length)
    {
        headerLength = HeaderLengthOf(bytes);
        length = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        return bytes.StartsWith(Magic)
            && BinaryPrimitives.ReadUInt16LittleEndian(bytes[14..]) is > 0 and <= DocumentName.MaxUtf8Bytes
            && BinaryPrimitives.ReadUInt16LittleEndian(bytes[20..]) <= OptionalFields.MaxBytes
            && length >= headerLength + TrailerLength;
    }

    /// <summary>
    /// Reads a header (with name and fields) whose lengths are possible; false if its checksum or its content is wrong.
    /// What it says may be refused (<see cref="RecordHeader.Refusal"/>).
    /// </summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> bytes, uint seed, out RecordHeader header,
        out DocumentName name, out uint unflushed)
    {
        header = default;
        name = default;
        unflushed = BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]);
        var nameBytes = BinaryPrimitives.ReadUInt16LittleEndian(bytes[14..]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) != Crc32C.Compute(seed, bytes[8..])
            || bytes[12] == 0
            || !TryReadName(bytes.Slice(FixedLength, nameBytes), out var text)
            || !DocumentName.TryCreate(text, out name, out _)
            || !OptionalFields.TryRead(Copy(bytes[(FixedLength + nameBytes)..]), out var fields))
        {
            return false;
        }

        header = new RecordHeader(
            (RecordKind)bytes[12],
            (EntryKind)bytes[13],
            BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
            new Position(
                BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]),
                BinaryPrimitives.ReadInt64LittleEndian(bytes[40..]),
                new EntryId(BinaryPrimitives.ReadUInt64LittleEndian(bytes[48..]))),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[56..]),
            new EntryId(BinaryPrimitives.ReadUInt64LittleEndian(bytes[64..])))
        {
            Fields = fields,
        };
        return true;
    }

    /// <summary>
    /// Whether the payload of a whole record, whose header was found right, is what was written. Where there is none,
    /// the header has said everything.
    /// </summary>
    public static bool PayloadIsIntact(ReadOnlySpan<byte> record, int headerLength) =>
        record.Length == headerLength + TrailerLength
        || BinaryPrimitives.ReadUInt32LittleEndian(record[^TrailerLength..])
        == Crc32C.Compute(BinaryPrimitives.ReadUInt32LittleEndian(record[4..]), record[headerLength..^TrailerLength]);

    /// <summary>
    /// Reads one whole entry record and copies its payload out; false if anything of it is not what was written.
    /// </summary>
    public static bool TryReadEntry(ReadOnlySpan<byte> record, uint seed, out DocumentName name,
        out RecordHeader header, out byte[] payload)
    {
        name = default;
        header = default;
        payload = [];
        if (!TryReadLengths(record, out var headerLength, out var length)
            || length != record.Length
            || !TryReadHeader(record[..headerLength], seed, out header, out name, out _)
            || header.Kind != RecordKind.Entry
            || !PayloadIsIntact(record, headerLength))
        {
            return false;
        }

        payload = record[headerLength..^TrailerLength].ToArray();
        return true;
    }

    private static int HeaderLengthOf(ReadOnlySpan<byte> bytes) =>
        FixedLength + BinaryPrimitives.ReadUInt16LittleEndian(bytes[14..])
            + BinaryPrimitives.ReadUInt16LittleEndian(bytes[20..]);

    private static byte[] Copy(ReadOnlySpan<byte> bytes) => bytes.IsEmpty ? [] : bytes.ToArray();

    private static bool TryReadName(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out string? text)
    {
        try
        {
            text = Strict.GetString(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            text = null;
            return false;
        }
    }
}
