using System.Buffers.Binary;
using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// An <see cref="IndexedDocument"/> of which a snapshot covers everything, as one array of bytes: about 90 for a short
/// name and one entry, where the objects take 500. In memory only, never on the disk: name (length as a varUint,
/// UTF-8), epoch (i64), quiet since (i64), start (offset as a varUint, then its id, u64, unless that is 0), entries up
/// to the saved one (varUint), checkpoint (segment, offset and length as varUints; a length of 0 for none), number of
/// entries (varUint), and for each of them id (u64), segment, offset and length (varUints). Integers of fixed size are
/// little endian.
/// </summary>
internal static class PackedDocument
{
    public static ReadOnlySpan<byte> NameOf(byte[] packed) => new Lib0Reader(packed).ReadVarBytes();

    /// <summary>Since when the document has been quiet, in µs.</summary>
    public static long QuietSinceOf(byte[] packed)
    {
        var reader = new Lib0Reader(packed);
        reader.ReadVarBytes();
        reader.ReadBytes(sizeof(long));
        return ReadInt64(ref reader);
    }

    /// <summary>Packs a document for which <see cref="IndexedDocument.IsQuiet"/> holds.</summary>
    public static byte[] Pack(IndexedDocument document)
    {
        using var writer = new Lib0Writer();
        writer.WriteVarBytes(document.Name.ToUtf8());
        Write(writer, (ulong)document.End.Epoch);
        Write(writer, (ulong)document.QuietSince);
        writer.WriteVarUint((ulong)document.Start.Offset);
        if (document.Start.Offset > 0)
        {
            Write(writer, document.Start.Id.Value);
        }

        writer.WriteVarUint((ulong)(document.Saved.Offset - document.Start.Offset));
        Write(writer, document.Checkpoint.Segment, document.Checkpoint.At, document.Checkpoint.Length);
        writer.WriteVarUint((ulong)document.Held.Count);
        for (var offset = document.Held.FirstOffset; offset <= document.End.Offset; offset++)
        {
            var entry = document.Held[offset];
            Write(writer, entry.Id.Value);
            Write(writer, entry.Segment, entry.At, entry.Length);
        }

        return writer.ToArray();
    }

    /// <param name="name">The document's own.</param>
    /// <param name="packed">What <see cref="Pack"/> made.</param>
    /// <param name="segmentOf">The segment of a number.</param>
    public static IndexedDocument Unpack(DocumentName name, byte[] packed, Func<long, Segment> segmentOf)
    {
        var reader = new Lib0Reader(packed);
        reader.ReadVarBytes();
        var epoch = ReadInt64(ref reader);
        var quietSince = ReadInt64(ref reader);
        var startOffset = (long)reader.ReadVarUint();
        var start = new Position(epoch, startOffset,
            startOffset > 0 ? new EntryId((ulong)ReadInt64(ref reader)) : EntryId.None);
        var saved = startOffset + (long)reader.ReadVarUint();
        var checkpoint = ReadPlace(ref reader, segmentOf);
        var entries = new HeldEntry[(int)reader.ReadVarUint()];
        for (var i = 0; i < entries.Length; i++)
        {
            var id = new EntryId((ulong)ReadInt64(ref reader));
            var place = ReadPlace(ref reader, segmentOf);
            entries[i] = new HeldEntry(id, place.Segment, (uint)place.At, place.Length);
        }

        var document = new IndexedDocument(name);
        document.TakeUp(start, entries, saved, checkpoint, quietSince);
        return document;
    }

    private static void Write(Lib0Writer writer, ulong value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        writer.WriteBytes(bytes);
    }

    private static void Write(Lib0Writer writer, Segment? segment, long at, int length)
    {
        writer.WriteVarUint((ulong)(segment?.Number ?? 0));
        writer.WriteVarUint((ulong)at);
        writer.WriteVarUint((ulong)length);
    }

    private static long ReadInt64(ref Lib0Reader reader) =>
        BinaryPrimitives.ReadInt64LittleEndian(reader.ReadBytes(sizeof(long)));

    private static RecordPlace ReadPlace(ref Lib0Reader reader, Func<long, Segment> segmentOf)
    {
        var segment = (long)reader.ReadVarUint();
        var at = (long)reader.ReadVarUint();
        var length = (int)reader.ReadVarUint();
        return length == 0 ? default : new RecordPlace(segmentOf(segment), at, length);
    }
}
