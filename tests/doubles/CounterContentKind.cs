using System.Buffers.Binary;
using Relay.Sessions;

namespace Relay.Doubles;

/// <summary>
/// A second kind of content, to show that sessions know none: how far each of many writers has counted. An update says
/// so of some of them: a first byte, then for each writer 16 bytes, its number and its count, in ascending order. A
/// state vector looks the same. None of it reads as Yjs.
/// </summary>
internal sealed class CounterContentKind : IContentKind
{
    private const byte First = 0x43;
    private const int RecordBytes = 16;

    private static readonly byte[] Empty = [First];

    public ReadOnlyMemory<byte> EmptyUpdate => Empty;

    public ReadOnlyMemory<byte> EmptyStateVector => Empty;

    /// <summary>The update that says how far one writer has counted.</summary>
    public static byte[] Counted(ulong writer, ulong count) => Encode([new(writer, count)]);

    public static byte[] Encode(IReadOnlyCollection<KeyValuePair<ulong, ulong>> counts)
    {
        var bytes = new byte[1 + (counts.Count * RecordBytes)];
        bytes[0] = First;
        var at = bytes.AsSpan(1);
        foreach (var (writer, count) in counts.OrderBy(static one => one.Key))
        {
            BinaryPrimitives.WriteUInt64BigEndian(at, writer);
            BinaryPrimitives.WriteUInt64BigEndian(at[8..], count);
            at = at[RecordBytes..];
        }

        return bytes;
    }

    public static bool TryDecode(ReadOnlySpan<byte> bytes, out Dictionary<ulong, ulong> counts, out ContentError error)
    {
        (counts, error) = ([], default);
        if (bytes.IsEmpty || bytes[0] != First || bytes.Length % RecordBytes != 1)
        {
            error = new ContentError("These are no counts.", 0);
            return false;
        }

        for (var at = 1; at < bytes.Length; at += RecordBytes)
        {
            var writer = BinaryPrimitives.ReadUInt64BigEndian(bytes[at..]);
            if (!counts.TryAdd(writer, BinaryPrimitives.ReadUInt64BigEndian(bytes[(at + 8)..])))
            {
                error = new ContentError("A writer counts twice.", at);
                return false;
            }
        }

        return true;
    }

    public IContent Create() => new CounterContent();

    public bool TryMerge(IReadOnlyList<ReadOnlyMemory<byte>> updates, out byte[] merged, out ContentError error)
    {
        var all = new CounterContent();
        (merged, error) = ([], default);
        foreach (var update in updates)
        {
            if (!all.TryApply(update, out _, out error))
            {
                return false;
            }
        }

        merged = all.EncodeState();
        return true;
    }
}
