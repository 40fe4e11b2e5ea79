using System.Runtime.CompilerServices;

namespace Relay.Yjs;

/// <summary>
/// What an update would cost a document, estimated from what it says before it is applied: never much too little, so
/// that a limit holds that is compared with it, and more than it turns out to be where much is joined later.
/// </summary>
/// <param name="MemoryBytes">What the document may grow by, also when it is collected.</param>
/// <param name="Steps">How much there is to do, in structs, delete ranges and their like; about 100 ns each. A
/// collection that falls due with the update is counted, too.</param>
public readonly record struct UpdateCost(long MemoryBytes, long Steps)
{
    /// <summary>
    /// What arrays take beside what is in them: in the cost of every update, and once in that of updates which are
    /// applied together.
    /// </summary>
    public const long FixedBytes = 256;

    /// <summary>
    /// A block, in an array that grows by half, and ranges that it may need beside deletes: of garbage, of clocks
    /// behind a hole.
    /// </summary>
    private const long BlockBytes = 96;

    /// <summary>A range, in a list that grows by a quarter.</summary>
    private const long RangeBytes = 20;

    /// <summary>A deleted range in the middle of a block makes it three.</summary>
    private const long CutBytes = 2 * 48;

    /// <summary>A client that the document has not heard of, with its places in lists and tables.</summary>
    private const long ClientBytes = 340;

    /// <summary>A container and a name, with their places in lists and tables.</summary>
    private const long ContainerBytes = 260;

    /// <summary>A power of two, as <see cref="RememberedOfFew"/> is.</summary>
    private const int RememberedClients = 64;

    private const int RememberedOfFew = 8;
    private const int FewChanges = 2;

    /// <param name="update">The update, decoded.</param>
    /// <param name="bytes">Its bytes on the wire.</param>
    /// <param name="singles">
    /// How many values will be kept one by one (see <see cref="DocumentTables.IsKeptSingly"/>).
    /// </param>
    /// <param name="document">The document that it is meant for: what it has costs nothing.</param>
    [SkipLocalsInit]
    internal static UpdateCost Of(DecodedUpdate update, ReadOnlySpan<byte> bytes, long singles, DocumentTables document)
    {
        // Clients that were counted already: a small table in which one may push another out, so that it costs the same
        // for any number of them. What a user types names few: less has to be cleared for it.
        Span<ulong> counted = stackalloc ulong[RememberedClients];
        counted = update.StructTotal + update.DeleteTotal <= FewChanges ? counted[..RememberedOfFew] : counted;
        counted.Fill(ulong.MaxValue);
        var (memory, steps) = (FixedBytes + (BlockBytes * singles), singles);
        var walk = new UpdateWalk(update, bytes);
        while (walk.NextSection())
        {
            memory += OfSection(ref walk, counted, document, ref steps);
        }

        for (var ranges = walk.NextDeletes(); !ranges.IsEmpty; ranges = walk.NextDeletes())
        {
            foreach (ref readonly var range in ranges)
            {
                if (!document.Clients.Deletes(range.Client, range.Start, range.End))
                {
                    // What cuts no struct now is counted when the struct comes.
                    var cuts = update.SectionTotal > 0 || document.Clients.ReachesBeyond(range.Client, range.Start);
                    memory += RangeBytes + OfClient(range.Client, counted, document) + (cuts ? CutBytes : 0);
                }
            }
        }

        var changes = update.StructTotal + update.DeleteTotal;
        return new UpdateCost(
            memory, changes + update.SectionTotal + steps + document.Changes.StepsOfCollection(changes));
    }

    private static long OfSection(
        scoped ref UpdateWalk walk, scoped Span<ulong> counted, DocumentTables document, ref long steps)
    {
        var memory = 0L;
        var (start, end) = (-1L, 0L);
        for (var structs = walk.NextStructs(); !structs.IsEmpty; structs = walk.NextStructs())
        {
            foreach (ref readonly var parsed in structs)
            {
                if (!document.Clients.Covers(walk.Client, parsed.Clock, parsed.End))
                {
                    (start, end) = (start < 0 ? parsed.Clock : start, parsed.End);
                    memory += OfStruct(parsed, counted, document);
                }
            }
        }

        if (start < 0)
        {
            return 0;
        }

        // A struct that reaches over holes between known ones fills each with a part.
        var (gaps, cuts) = document.Clients.PartsBetween(walk.Client, start, end);
        steps += gaps;
        return memory + OfClient(walk.Client, counted, document) + (BlockBytes * gaps) + (CutBytes * cuts);
    }

    private static long OfStruct(in ParsedStruct parsed, Span<ulong> counted, DocumentTables document)
    {
        // Content is kept in an array that grows by half.
        var memory = BlockBytes + parsed.ContentLength + (parsed.ContentLength / 2);
        if ((parsed.Flags & BlockFlags.HasRightOrigin) != 0)
        {
            memory += OfClient(parsed.RightClient, counted, document);
        }

        if ((parsed.Flags & (BlockFlags.HasOrigin | BlockFlags.HasRightOrigin)) != BlockFlags.HasRightOrigin
            && parsed.Kind != BlockKind.Gc)
        {
            var namesItem = (parsed.Flags & BlockFlags.ParentIsRoot) == 0;
            memory += namesItem ? OfClient(parsed.LeftClient, counted, document) : 0;
            memory += parsed.HasOrigins ? 0 : ContainerBytes + (namesItem ? 0 : parsed.Name.Length) + parsed.Key.Length;
        }

        return memory;
    }

    private static long OfClient(ulong client, Span<ulong> counted, DocumentTables document)
    {
        ref var place = ref counted[SeededHash.Of(client) & (counted.Length - 1)];
        if (place == client)
        {
            return 0;
        }

        place = client;
        return document.Clients.Knows(client) ? 0 : ClientBytes;
    }
}
