namespace Relay.Yjs;

/// <summary>The union of a document and an update that was checked.</summary>
internal readonly struct UpdateUnion(DocumentTables tables)
{
    private readonly ClientTable clients = tables.Clients;
    private readonly Containers containers = tables.Containers;

    public void Apply(DecodedUpdate update, ReadOnlySpan<byte> bytes)
    {
        var walk = new UpdateWalk(update, bytes);
        while (walk.NextSection())
        {
            AddSection(ref walk, bytes);
        }

        for (var deletes = walk.NextDeletes(); !deletes.IsEmpty; deletes = walk.NextDeletes())
        {
            foreach (ref readonly var range in deletes)
            {
                var client = clients[clients.IndexOf(range.Client)];
                tables.Changes.Delete(client, range.Start, range.End);
                clients.Touch(client);
            }
        }

        if (tables.Normalizes)
        {
            new Integration(tables).RunFor(update);
        }

        if (tables.Changes.IsCollectionDue(0))
        {
            new Collector(tables).Run();
        }
    }

    /// <summary>Adds the structs of one client.</summary>
    private void AddSection(ref UpdateWalk walk, ReadOnlySpan<byte> bytes)
    {
        var structs = walk.NextStructs();
        if (structs.IsEmpty)
        {
            return;
        }

        var index = clients.IndexOf(walk.Client);
        var client = clients[index];
        var before = client.Count;
        for (; !structs.IsEmpty; structs = walk.NextStructs())
        {
            foreach (ref readonly var parsed in structs)
            {
                AddMissing(index, parsed, bytes, client);
            }
        }

        client.Place(before);
        clients.Touch(client);
    }

    /// <summary>Appends the parts of a struct that <paramref name="known"/> has not.</summary>
    public void AddMissing(int index, in ParsedStruct parsed, ReadOnlySpan<byte> bytes, ClientBlocks? known)
    {
        var content = bytes.Slice(parsed.ContentOffset, parsed.ContentLength);
        var cursor = new ContentCursor(parsed.Kind, content, parsed.Length);
        if (known is null)
        {
            AddPart(index, parsed, bytes, content, ref cursor, 0, parsed.Length);
            return;
        }

        for (var at = parsed.Clock; known.TryFindGap(at, parsed.End, out var from, out var to); at = to)
        {
            WorkMeter.Count();
            AddPart(index, parsed, bytes, content, ref cursor, from - parsed.Clock, to - parsed.Clock);
        }
    }

    /// <summary>Appends a part of a struct, joined with the last block where it plainly goes on there.</summary>
    private void AddPart(int index, in ParsedStruct parsed, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> content,
        ref ContentCursor cursor, long from, long to)
    {
        var client = clients[index];
        if (parsed.Kind is BlockKind.Gc or BlockKind.Deleted)
        {
            // At clocks that have no struct yet: it cuts none.
            tables.Changes.Delete(client, parsed.Clock + from, parsed.Clock + to, mayCut: false);
        }

        var slice = parsed.Kind is BlockKind.Deleted or BlockKind.Gc ? default : cursor.Slice(from, to);
        if (parsed.ContentLength > ContentBuffer.ChunkBytes && parsed.Kind == BlockKind.String
            && slice.Bytes > ContentBuffer.ChunkBytes && !(slice.ReplacementBefore || slice.ReplacementAfter))
        {
            AddText(index, parsed, bytes, content, slice, from, to);
            return;
        }

        AddBlock(index, parsed, bytes, content, slice, from, to);
    }

    /// <summary>Appends a long text in blocks that have room in a chunk, so that it can be cut in its place.</summary>
    private void AddText(int index, in ParsedStruct parsed, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> content,
        ContentSlice slice, long from, long to)
    {
        for (var start = slice.Start; from < to;)
        {
            var rest = content[start..slice.End];
            var length = BlockContent.LengthThatFits(BlockKind.String, rest, to - from, 0, ContentBuffer.ChunkBytes);
            var end = start + BlockContent.Slice(BlockKind.String, rest, to - from, 0, length).Bytes;
            AddBlock(index, parsed, bytes, content, new ContentSlice(start, end, false, false), from, from + length);
            (start, from) = (end, from + length);
        }
    }

    private void AddBlock(int index, in ParsedStruct parsed, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> content,
        ContentSlice slice, long from, long to)
    {
        var client = clients[index];
        if (from == 0 && client.Count > 0 && ExtendsLast(client, parsed) && client.CanExtendContent(slice.Bytes))
        {
            client.AppendContent(content, slice);
            if (client.Integrated == parsed.Clock && parsed.Clock == client.Contiguous)
            {
                client.Integrated = parsed.Clock + to;
            }

            client.ExtendLast(to, slice.Bytes);
            if (client.Deletes.CountBetween(parsed.Clock, parsed.Clock + to) is var ranges and > 0)
            {
                // Its delete came first: the content is still to be dropped.
                client.Changed = true;
                client.ExpectedBlocks += ClientBlocks.BlocksPerCut * ranges;
            }

            return;
        }

        var block = new Block
        {
            Clock = parsed.Clock + from,
            Length = to - from,
            OriginClient = Block.None,
            RightClient = Block.None,
            Container = parsed.Kind == BlockKind.Gc ? Containers.Nowhere : Containers.Unknown,
            Kind = parsed.Kind,
            Content = client.AppendContent(content, slice),
            ContentLength = slice.Bytes,
        };
        if (parsed.Kind != BlockKind.Gc)
        {
            Place(ref block, index, parsed, bytes, from);
        }

        client.Append(block);
        client.Changed = true;
        client.ExpectedBlocks += ExpectedCuts(client, block);
        tables.Changes.Add();
    }

    /// <summary>
    /// Origins of a block, and its container where the struct names it. The later part of a struct that was cut has the
    /// id before it as its origin.
    /// </summary>
    private void Place(ref Block block, int index, in ParsedStruct parsed, ReadOnlySpan<byte> bytes, long from)
    {
        if ((parsed.Flags & BlockFlags.HasRightOrigin) != 0)
        {
            (block.RightClient, block.RightClock) = (clients.IndexOf(parsed.RightClient), parsed.RightClock);
        }

        if (from > 0)
        {
            (block.OriginClient, block.OriginClock) = (index, block.Clock - 1);
        }
        else if ((parsed.Flags & BlockFlags.HasOrigin) != 0)
        {
            (block.OriginClient, block.OriginClock) = (clients.IndexOf(parsed.LeftClient), parsed.LeftClock);
        }
        else if (!parsed.HasOrigins)
        {
            var hasKey = (parsed.Flags & BlockFlags.HasKey) != 0;
            var key = bytes.Slice(parsed.Key.Offset, parsed.Key.Length);
            block.Container = (parsed.Flags & BlockFlags.ParentIsRoot) != 0
                ? containers.OfRoot(bytes.Slice(parsed.Name.Offset, parsed.Name.Length), hasKey, key)
                : containers.OfItem(clients.IndexOf(parsed.LeftClient), parsed.LeftClock, hasKey, key);
        }
    }

    /// <summary>
    /// Whether a struct simply goes on where the client's last block ends: the one case of
    /// <c>CollectedParts.Joins</c> that typing makes, found without looking at anything else.
    /// </summary>
    private bool ExtendsLast(ClientBlocks client, in ParsedStruct parsed)
    {
        ref readonly var last = ref client.Blocks[client.Count - 1];
        if (last.End != parsed.Clock || last.Kind != parsed.Kind || !BlockContent.IsJoinable(parsed.Kind)
            || !ContentBuffer.EndsAt(last, client.ContentEnd))
        {
            return false;
        }

        if (parsed.Kind == BlockKind.Gc)
        {
            return true;
        }

        var rightMatches = (parsed.Flags & BlockFlags.HasRightOrigin) == 0
            ? last.RightClient == Block.None
            : last.RightClient != Block.None && clients[last.RightClient].Id == parsed.RightClient
                && last.RightClock == parsed.RightClock;
        return rightMatches && (parsed.Flags & BlockFlags.HasOrigin) != 0 && parsed.LeftClient == client.Id
            && parsed.LeftClock == parsed.Clock - 1
            && containers.IsInSequence(last);
    }

    /// <summary>
    /// How many more blocks a new one will be when it is collected: cut by deletes that came first, or into single
    /// values (see <see cref="DocumentTables.IsKeptSingly"/>).
    /// </summary>
    private int ExpectedCuts(ClientBlocks client, in Block block) =>
        block.Kind is BlockKind.Gc or BlockKind.Deleted ? 0
        : tables.IsKeptSingly(block) ? (int)block.Length - 1
        : ClientBlocks.BlocksPerCut * client.Deletes.CountBetween(block.Clock, block.End);

    /// <summary>Adds the parts of a deleted range that <paramref name="known"/> has not.</summary>
    public void AddMissingDeletes(ClockRanges? known, DeleteRange range)
    {
        var client = clients[clients.IndexOf(range.Client)];
        for (var at = range.Start; at < range.End;)
        {
            WorkMeter.Count();
            var from = known?.EndOfCovered(at) ?? at;
            at = Math.Min(range.End, known?.StartOfCovered(from) ?? range.End);
            if (from < at)
            {
                tables.Changes.Delete(client, from, at);
            }
        }
    }
}
