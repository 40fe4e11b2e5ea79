using System.Buffers.Binary;

namespace Relay.Yjs;

/// <summary>
/// The optional field of snapshots and of peers' answers that names stored snapshots, all of which is in the document:
/// the ids in their positions, 8 bytes each, big-endian. A reader that does not know it takes none for covered, and
/// reads more than it must.
/// </summary>
public static class CoveredSnapshotsField
{
    public const byte Tag = 2;

    private const int IdBytes = 8;

    /// <summary>The field; no field for no ids.</summary>
    public static OptionalFields Of(IReadOnlyCollection<EntryId> ids)
    {
        if (ids.Count == 0)
        {
            return OptionalFields.None;
        }

        var bytes = new byte[IdBytes * ids.Count];
        var at = 0;
        foreach (var id in ids)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(at), id.Value);
            at += IdBytes;
        }

        return OptionalFields.None.With(Tag, bytes);
    }

    /// <summary>Whether the field, if it is there, holds whole ids.</summary>
    public static bool IsWhole(OptionalFields fields) =>
        fields.Find(Tag) is not { } bytes || (bytes.Length > 0 && bytes.Length % IdBytes == 0);

    /// <summary>The ids; empty without the field.</summary>
    public static EntryId[] In(OptionalFields fields)
    {
        var bytes = fields.Find(Tag).GetValueOrDefault().Span;
        var ids = new EntryId[bytes.Length / IdBytes];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = new EntryId(BinaryPrimitives.ReadUInt64BigEndian(bytes[(IdBytes * i)..]));
        }

        return ids;
    }
}
