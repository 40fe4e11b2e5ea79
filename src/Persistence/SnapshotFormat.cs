using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Relay.Yjs;

namespace Relay.Persistence;

/// <summary>
/// The bytes of a stored snapshot, equal in S3 and on disk. Numbers are big-endian:
/// <code>
///  0   8  magic: 89 'R' 'L' 'Y' 'S' 'N' 'A' 'P'
///  8   2  version: 2
/// 10   1  kind: 1 state, 2 tombstone
/// 11   8  position: epoch
/// 19   8  position: offset
/// 27   8  position: id
/// 35   8  written at, milliseconds since 1970 UTC, signed
/// 43   2  n: bytes of the name
/// 45   8  u: bytes of the update
/// 53   2  f: bytes of the optional fields; 0 for a tombstone
/// 55   n  the document's name, UTF-8
///  …   f  optional fields (<see cref="OptionalFields"/>), without a length before them
///  …   u  the document as a Yjs update, format V1; empty for a tombstone
///  …  32  SHA-256 over all before it
/// </code>
/// The checksum is SHA-256 because it is in the framework, runs in hardware at more than a gigabyte per second, is what
/// object stores and command line tools can compute too, and leaves no damage that it might miss; a CRC would save
/// nothing that can be measured beside a disk or a network. It guards against damage, not against somebody who may
/// write to the store.
/// </summary>
internal static class SnapshotFormat
{
    /// <summary>The header without the name.</summary>
    internal const int FixedBytes = 55;

    private const ushort Version = 2;
    private const int ChecksumBytes = SHA256.HashSizeInBytes;
    private const long MinUnixMilliseconds = -62_135_596_800_000;
    private const long MaxUnixMilliseconds = 253_402_300_799_999;

    /// <summary>The first byte is no ASCII and no UTF-8, so that no text file passes for a snapshot.</summary>
    private static ReadOnlySpan<byte> Magic =>
        [0x89, (byte)'R', (byte)'L', (byte)'Y', (byte)'S', (byte)'N', (byte)'A', (byte)'P'];

    /// <summary>The stored bytes. Those of the update are the snapshot's own, not a copy.</summary>
    /// <exception cref="ArgumentException">The snapshot is none: an impossible position, a state without an update, a
    /// tombstone with one or with fields, an unknown kind, or too long to be read into one array.</exception>
    internal static ReadOnlySequence<byte> Encode(Snapshot snapshot)
    {
        var update = snapshot.Update;
        if (!SnapshotKey.IsStorable(snapshot.Position))
        {
            throw new ArgumentException($"No snapshot can have the position {snapshot.Position}.", nameof(snapshot));
        }

        var fields = snapshot.Fields.Bytes.Span;
        if (KindProblem((byte)snapshot.Kind, update.Length, fields.Length) is { } problem)
        {
            throw new ArgumentException(problem, nameof(snapshot));
        }

        var name = snapshot.Document.ToUtf8();
        var total = LengthOf(snapshot.Document, update.Length) + fields.Length;
        if (total > Array.MaxLength)
        {
            throw new ArgumentException($"A snapshot must not exceed {Array.MaxLength} bytes.", nameof(snapshot));
        }

        var head = new byte[FixedBytes + name.Length + fields.Length];
        var span = head.AsSpan();
        Magic.CopyTo(span);
        BinaryPrimitives.WriteUInt16BigEndian(span[8..], Version);
        span[10] = (byte)snapshot.Kind;
        BinaryPrimitives.WriteInt64BigEndian(span[11..], snapshot.Position.Epoch);
        BinaryPrimitives.WriteInt64BigEndian(span[19..], snapshot.Position.Offset);
        BinaryPrimitives.WriteUInt64BigEndian(span[27..], snapshot.Position.Id.Value);
        BinaryPrimitives.WriteInt64BigEndian(span[35..], snapshot.WrittenAt.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteUInt16BigEndian(span[43..], (ushort)name.Length);
        BinaryPrimitives.WriteUInt64BigEndian(span[45..], (ulong)update.Length);
        BinaryPrimitives.WriteUInt16BigEndian(span[53..], (ushort)fields.Length);
        name.CopyTo(span[FixedBytes..]);
        fields.CopyTo(span[(FixedBytes + name.Length)..]);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(head);
        hash.AppendData(update.Span);
        return ByteSequences.Join([head, update, hash.GetHashAndReset()]);
    }

    /// <summary>How many bytes are stored for an update of that length, without optional fields.</summary>
    internal static long LengthOf(DocumentName document, int updateBytes) =>
        (long)FixedBytes + document.ToUtf8().Length + updateBytes + ChecksumBytes;

    /// <summary>
    /// Why a node must not start on a store that holds a snapshot which begins like this: it is of another version.
    /// Null if it is of this one, or is damaged, which costs its document only.
    /// </summary>
    /// <param name="start">The first <see cref="FixedBytes"/> bytes, or all there are.</param>
    /// <param name="place">Where the snapshot is, for people.</param>
    internal static string? StartRefusal(ReadOnlySpan<byte> start, string place) =>
        start.Length >= FixedBytes && start.StartsWith(Magic)
        && BinaryPrimitives.ReadUInt16BigEndian(start[8..]) is var version && version != Version
            ? $"The snapshot {place} has format version {version}, and this version of Relay reads version {Version} "
                + "only. Nothing was changed: start the version that wrote it, or give this one an empty place for "
                + "snapshots."
            : null;

    /// <summary>
    /// What is wrong with the lengths, in one sentence, or null: to be asked with the first <see cref="FixedBytes"/>
    /// bytes before memory is taken for the rest.
    /// </summary>
    /// <param name="start">The first <see cref="FixedBytes"/> bytes, or all there are.</param>
    /// <param name="total">How many bytes are stored.</param>
    internal static string? StartProblem(ReadOnlySpan<byte> start, long total)
    {
        if (start.Length < FixedBytes || total < FixedBytes + ChecksumBytes)
        {
            return $"It ends after {total} bytes, before its header does.";
        }

        if (!start.StartsWith(Magic))
        {
            return "It does not begin as a snapshot does.";
        }

        var version = BinaryPrimitives.ReadUInt16BigEndian(start[8..]);
        if (version != Version)
        {
            return $"It has format version {version}, and this Relay reads version {Version}.";
        }

        var room = (ulong)(total - FixedBytes - ChecksumBytes);
        var name = BinaryPrimitives.ReadUInt16BigEndian(start[43..]);
        var update = BinaryPrimitives.ReadUInt64BigEndian(start[45..]);
        var fields = BinaryPrimitives.ReadUInt16BigEndian(start[53..]);
        var others = (ulong)name + fields;
        if (others > room || update != room - others)
        {
            return $"It has {total} bytes, and its header declares a name of {name}, fields of {fields} and an update "
                + $"of {update} bytes.";
        }

        return total > Array.MaxLength ? $"It has {total} bytes, more than one array can hold." : null;
    }

    /// <summary>Reads a snapshot and checks all of it. The update is a slice of <paramref name="bytes"/>.</summary>
    /// <param name="bytes">All that is stored.</param>
    /// <param name="document">Whose snapshot was asked for.</param>
    /// <param name="position">The position in its key.</param>
    /// <returns>
    /// <see cref="SnapshotReadOutcome.Read"/> or <see cref="SnapshotReadOutcome.Unreadable"/> with one sentence.
    /// </returns>
    internal static SnapshotReadResult Decode(ReadOnlyMemory<byte> bytes, DocumentName document, Position position)
    {
        var span = bytes.Span;
        if (StartProblem(span[..Math.Min(span.Length, FixedBytes)], span.Length) is { } startProblem)
        {
            return Unreadable(startProblem);
        }

        Span<byte> checksum = stackalloc byte[ChecksumBytes];
        SHA256.HashData(span[..^ChecksumBytes], checksum);
        if (!checksum.SequenceEqual(span[^ChecksumBytes..]))
        {
            return Unreadable("Its checksum does not fit its bytes.");
        }

        var nameBytes = BinaryPrimitives.ReadUInt16BigEndian(span[43..]);
        if (!span.Slice(FixedBytes, nameBytes).SequenceEqual(document.ToUtf8()))
        {
            return Unreadable("It names another document than its key.");
        }

        var stored = new Position(
            BinaryPrimitives.ReadInt64BigEndian(span[11..]), BinaryPrimitives.ReadInt64BigEndian(span[19..]),
                new EntryId(BinaryPrimitives.ReadUInt64BigEndian(span[27..])));
        if (stored != position)
        {
            return Unreadable($"It has the position {stored}, and its key has {position}.");
        }

        var writtenAt = BinaryPrimitives.ReadInt64BigEndian(span[35..]);
        if (writtenAt is < MinUnixMilliseconds or > MaxUnixMilliseconds)
        {
            return Unreadable("It was written at an impossible time.");
        }

        var rest = bytes[(FixedBytes + nameBytes)..^ChecksumBytes];
        var fieldBytes = BinaryPrimitives.ReadUInt16BigEndian(span[53..]);
        var update = rest[fieldBytes..];
        if (KindProblem(span[10], update.Length, fieldBytes) is { } kindProblem)
        {
            return Unreadable(kindProblem);
        }

        if (!OptionalFields.TryRead(rest[..fieldBytes], out var fields) || !CoveredSnapshotsField.IsWhole(fields))
        {
            return Unreadable("Its optional fields do not read.");
        }

        if (fields.Refusal is { } refusal)
        {
            return Unreadable($"It {refusal}.");
        }

        var writtenTime = DateTimeOffset.FromUnixTimeMilliseconds(writtenAt);
        return new SnapshotReadResult(
            SnapshotReadOutcome.Read,
            new Snapshot(document, (SnapshotKind)span[10], stored, writtenTime, update) { Fields = fields });
    }

    /// <summary>An empty state would be taken for an empty document: even that has two bytes as a Yjs update.</summary>
    private static string? KindProblem(byte kind, int updateBytes, int fieldBytes) => (SnapshotKind)kind switch
    {
        SnapshotKind.State when updateBytes == 0 => "It is a state without an update.",
        SnapshotKind.Tombstone when updateBytes != 0 => "It is a tombstone with an update.",
        SnapshotKind.Tombstone when fieldBytes != 0 => "It is a tombstone with optional fields.",
        SnapshotKind.State or SnapshotKind.Tombstone => null,
        _ => $"It is of the unknown kind {kind}.",
    };

    private static SnapshotReadResult Unreadable(string problem) =>
        new(SnapshotReadOutcome.Unreadable, Problem: problem);
}
