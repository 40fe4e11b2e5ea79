namespace Relay.Yjs;

/// <summary>
/// What a small update covers: a run of one client's structs, or one deleted range. It is taken when the update is
/// read, so that the update need not be read again to say that a document still has no part of it. Nearly all updates
/// of people who type are such; of others no extent is known.
/// </summary>
public readonly record struct UpdateExtent
{
    private const int MostStructs = 16;

    // In this order it takes 24 bytes.
    private readonly ulong client;
    private readonly long start;
    private readonly int length;
    private readonly bool isDeleted;

    private UpdateExtent(ulong client, long start, long length, bool isDeleted) =>
        (this.client, this.start, this.length, this.isDeleted) = (client, start, (int)length, isDeleted);

    /// <summary>Whether it is known; otherwise the update has to be read.</summary>
    public bool IsKnown => length > 0;

    internal ulong Client => client;

    internal long Start => start;

    internal long End => start + length;

    /// <summary>Whether the update deletes, and has no struct.</summary>
    internal bool IsDeleted => isDeleted;

    internal static UpdateExtent Of(DecodedUpdate update)
    {
        if (!update.IsWhole || update.Sections.Count + update.Deletes.Count != 1 || update.StructCount > MostStructs)
        {
            return default;
        }

        if (update.Sections.Count == 0)
        {
            var (client, start, end) = update.Deletes[0];
            return end - start > int.MaxValue ? default : new UpdateExtent(client, start, end - start, isDeleted: true);
        }

        return OfStructs(update.Sections[0].Client, update.Structs.AsSpan(0, update.StructCount));
    }

    private static UpdateExtent OfStructs(ulong client, ReadOnlySpan<ParsedStruct> structs)
    {
        for (var i = 1; i < structs.Length; i++)
        {
            if (structs[i].Clock != structs[i - 1].End)
            {
                return default;
            }
        }

        var length = structs.IsEmpty ? 0 : structs[^1].End - structs[0].Clock;
        return length is 0 or > int.MaxValue
            ? default
            : new UpdateExtent(client, structs[0].Clock, length, isDeleted: false);
    }
}
