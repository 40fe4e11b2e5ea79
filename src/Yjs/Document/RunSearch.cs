namespace Relay.Yjs;

/// <summary>
/// Follows origins from struct to struct inside one update; each struct is looked at once. It takes 24 bytes for each
/// struct, and reads the rest again from the update's bytes.
/// </summary>
internal sealed class RunSearch
{
    private readonly DocumentTables tables;
    private readonly DecodedUpdate scratch = new(room: 1);
    private readonly List<Node> nodes;
    private readonly ulong[] clients;
    private readonly (int First, int Count)[] sections;
    private readonly SortedDeletes deletes = new();
    private readonly List<int> path = [];
    private bool hasDeletes;

    /// <param name="tables">Knows the places of its own structs.</param>
    /// <param name="update">The update, decoded.</param>
    /// <param name="bytes">The bytes from which it was decoded.</param>
    public RunSearch(DocumentTables tables, DecodedUpdate update, ReadOnlySpan<byte> bytes)
    {
        this.tables = tables;
        nodes = new List<Node>(update.StructTotal);
        clients = new ulong[update.SectionTotal];
        sections = new (int, int)[update.SectionTotal];
        DeletesAt = update.DeletesAt;
        var reader = new Lib0Reader(bytes);
        reader.ReadVarUint();
        for (var i = 0; i < sections.Length; i++)
        {
            var first = nodes.Count;
            var count = reader.ReadVarUint();
            clients[i] = reader.ReadVarUint();
            var clock = (long)reader.ReadVarUint();
            for (; count > 0; count--)
            {
                clock = AddNode(ref reader, clients[i], clock, nodes.Count > first);
            }

            sections[i] = (first, nodes.Count - first);
        }

        Array.Sort(clients, sections);
    }

    private int DeletesAt { get; }

    /// <summary>Whether the update itself says that all of these clocks are deleted.</summary>
    public bool Deletes(ulong client, long start, long end, ReadOnlySpan<byte> bytes)
    {
        if (!hasDeletes)
        {
            hasDeletes = true;
            deletes.AddAll(bytes[DeletesAt..]);
        }

        return deletes.Covers(client, start, end);
    }

    /// <summary>Where a struct of the update stands.</summary>
    public RunPlace PlaceOf(ulong client, long clock, ReadOnlySpan<byte> bytes)
    {
        path.Clear();
        var place = RunPlace.NotLookedAt;
        for (var at = Find(client, clock); place == RunPlace.NotLookedAt;)
        {
            if (at < 0 || nodes[at].Place == RunPlace.OnPath)
            {
                // Its origin is unknown, or origins go round in a circle.
                place = RunPlace.Unknown;
                break;
            }

            WorkMeter.Count();
            path.Add(at);
            place = nodes[at].Place;
            if (place == RunPlace.NotLookedAt)
            {
                nodes[at] = nodes[at] with { Place = RunPlace.OnPath };
                (place, at) = Look(nodes[at], bytes);
            }
        }

        foreach (var at in path)
        {
            nodes[at] = nodes[at] with { Place = place };
        }

        return place;
    }

    private long AddNode(ref Lib0Reader reader, ulong client, long clock, bool mayJoin)
    {
        var at = reader.Position;
        scratch.PassStructs();
        var end = UpdateDecoder.ReadStruct(ref reader, scratch, client, clock);
        if (scratch.StructCount == 0)
        {
            return end;
        }

        var isGarbage = scratch.Structs[0].Kind == BlockKind.Gc;
        if (isGarbage && mayJoin && nodes[^1] is { Place: RunPlace.Elsewhere } last && last.End == clock)
        {
            nodes[^1] = last with { End = end };
        }
        else
        {
            nodes.Add(new Node(clock, end, at, isGarbage ? RunPlace.Elsewhere : RunPlace.NotLookedAt));
        }

        return end;
    }

    /// <summary>A struct's place, or the index of its origin in the update, -1 where that is not there.</summary>
    private (RunPlace Place, int Origin) Look(in Node node, ReadOnlySpan<byte> bytes)
    {
        var parsed = UpdateDecoder.ReadPlaceAt(bytes[node.Offset..]);
        if (!parsed.HasOrigins)
        {
            return ((parsed.Flags & BlockFlags.HasKey) != 0 ? RunPlace.UnderKey : RunPlace.Elsewhere, -1);
        }

        var known = new RunCheck(tables).PlaceOf(parsed);
        var (client, clock) = parsed.FirstOrigin;
        return (known, known == RunPlace.NotLookedAt ? Find(client, clock) : -1);
    }

    private int Find(ulong client, long clock)
    {
        WorkMeter.Count();
        var section = Array.BinarySearch(clients, client);
        if (section < 0 || sections[section].Count == 0)
        {
            return -1;
        }

        var (low, high) = (sections[section].First, sections[section].First + sections[section].Count - 1);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (nodes[middle].End <= clock)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return nodes[low].Clock <= clock && clock < nodes[low].End ? low : -1;
    }

    /// <summary>A struct of the update, and where in its bytes it begins.</summary>
    private readonly record struct Node(long Clock, long End, int Offset, RunPlace Place);
}
