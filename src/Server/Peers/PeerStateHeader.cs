using System.Buffers.Binary;
using Relay.Yjs;

namespace Relay.Peers;

/// <summary>
/// The start of the answer to a peer, in the clear so that the asker knows what is coming before it takes memory for
/// it. Numbers are big-endian:
/// <code>
///  0   8  magic: 89 'R' 'L' 'Y' 'P' 'E' 'E' 'R'
///  8   2  version: 2
/// 10   1  encoding of the body: 0 as it is, 1 deflate (RFC 1951)
/// 11   2  n: number of positions whose stored snapshot does not read
/// 13  24  position: epoch, offset, id
/// 37  24  saved: the same; all zero for none
/// 61   8  d: bytes of the document
/// 69   8  u: bytes of the unlogged updates
/// 77   8  a: bytes of presence
/// 85   2  f: bytes of the optional fields
/// 87 24n  the positions
///  …   f  optional fields (<see cref="OptionalFields"/>), without a length before them
/// </code>
/// Then the body: d bytes of the document and u bytes of unlogged updates (Yjs updates, format V1), a bytes of presence
/// (y-protocols), and 32 bytes of HMAC-SHA256 with the nodes' secret over the line
/// <c>relay-peer-answer-2</c>, the question's proof, a line feed, the header, and the three parts before it. So a cut,
/// damaged or repeated answer, or one of somebody who does not belong to us, is none.
/// </summary>
/// <param name="IsDeflated">The body's encoding.</param>
/// <param name="Position">The last log entry in the document.</param>
/// <param name="Saved">The newest position that a snapshot is known to cover.</param>
/// <param name="UnreadableCount">How many positions follow the fixed part.</param>
/// <param name="DocumentBytes">Bytes of the document.</param>
/// <param name="UnloggedBytes">Bytes of the unlogged updates.</param>
/// <param name="AwarenessBytes">Bytes of presence.</param>
/// <param name="FieldBytes">Bytes of the optional fields.</param>
internal readonly record struct PeerStateHeader(
    bool IsDeflated, Position Position, Position Saved, int UnreadableCount, long DocumentBytes, long UnloggedBytes,
        long AwarenessBytes, int FieldBytes)
{
    /// <summary>The header without the positions of unreadable snapshots and the optional fields.</summary>
    public const int FixedBytes = 87;

    public const int PositionBytes = 24;

    public const int IdBytes = 8;

    public const int MacBytes = 32;

    private const ushort Version = 2;

    /// <summary>The bytes of all parts of the body.</summary>
    public long TotalBytes => DocumentBytes + UnloggedBytes + AwarenessBytes;

    /// <summary>The first byte is no ASCII and no UTF-8: nothing that speaks text begins like this.</summary>
    private static ReadOnlySpan<byte> Magic =>
        [0x89, (byte)'R', (byte)'L', (byte)'Y', (byte)'P', (byte)'E', (byte)'E', (byte)'R'];

    /// <summary>Starts the signature of an answer; header and parts are added to it.</summary>
    public static System.Security.Cryptography.IncrementalHash StartSigning(PeerSecret secret, string proof)
    {
        var signature = secret.StartSigning();
        signature.AppendData(System.Text.Encoding.UTF8.GetBytes($"relay-peer-answer-2\n{proof}\n"));
        return signature;
    }

    public void Write(Span<byte> bytes)
    {
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[8..], Version);
        bytes[10] = IsDeflated ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[11..], checked((ushort)UnreadableCount));
        WritePosition(bytes[13..], Position);
        WritePosition(bytes[37..], Saved);
        BinaryPrimitives.WriteInt64BigEndian(bytes[61..], DocumentBytes);
        BinaryPrimitives.WriteInt64BigEndian(bytes[69..], UnloggedBytes);
        BinaryPrimitives.WriteInt64BigEndian(bytes[77..], AwarenessBytes);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[85..], checked((ushort)FieldBytes));
    }

    public static void WritePosition(Span<byte> bytes, Position position)
    {
        BinaryPrimitives.WriteInt64BigEndian(bytes, position.Epoch);
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], position.Offset);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[16..], position.Id.Value);
    }

    /// <summary>
    /// Why the start of an answer is refused although it is one: it is of another version. Null if it is of this
    /// version, or is no answer.
    /// </summary>
    public static string? Refusal(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= FixedBytes && bytes.StartsWith(Magic)
        && BinaryPrimitives.ReadUInt16BigEndian(bytes[8..]) is var version && version != Version
            ? $"has format version {version}, and this version of Relay reads version {Version}"
            : null;

    /// <summary>
    /// Reads the fixed part; false if it is none, or if the parts together exceed <paramref name="maxBytes"/>.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, long maxBytes, out PeerStateHeader header)
    {
        header = default;
        if (bytes.Length < FixedBytes || !bytes.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt16BigEndian(bytes[8..]) != Version || bytes[10] > 1)
        {
            return false;
        }

        header = new PeerStateHeader(
            bytes[10] == 1,
            ReadPosition(bytes[13..]),
            ReadPosition(bytes[37..]),
            BinaryPrimitives.ReadUInt16BigEndian(bytes[11..]),
            BinaryPrimitives.ReadInt64BigEndian(bytes[61..]),
            BinaryPrimitives.ReadInt64BigEndian(bytes[69..]),
            BinaryPrimitives.ReadInt64BigEndian(bytes[77..]),
            BinaryPrimitives.ReadUInt16BigEndian(bytes[85..]));

        // One by one and before they are added: three lengths of strangers may add up to anything.
        var most = Math.Min(maxBytes, Array.MaxLength);
        return header.FieldBytes <= OptionalFields.MaxBytes && IsPosition(header.Position) && IsPosition(header.Saved)
            && header.DocumentBytes >= 0 && header.DocumentBytes <= most
            && header.UnloggedBytes >= 0 && header.UnloggedBytes <= most
            && header.AwarenessBytes >= 0 && header.AwarenessBytes <= most
            && header.TotalBytes <= most;
    }

    public static Position ReadPosition(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadInt64BigEndian(bytes), BinaryPrimitives.ReadInt64BigEndian(bytes[8..]),
            new EntryId(BinaryPrimitives.ReadUInt64BigEndian(bytes[16..])));

    public static bool IsPosition(Position position) =>
        position == Position.None
            || (position.Epoch > 0 && position.Offset >= 0 && position.Offset == 0 == position.Id.IsNone);
}
