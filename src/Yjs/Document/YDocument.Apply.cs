namespace Relay.Yjs;

/// <content>The union of a document and an update that was checked.</content>
public sealed partial class YDocument
{
    /// <summary>A deleted range in the middle of a block makes it three.</summary>
    private const int BlocksPerCut = 2;

    private void Apply(DecodedUpdate update, ReadOnlySpan<byte> bytes)
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
                var client = clients[ClientIndex(range.Client)];
                AddDelete(client, range.Start, range.End);
                Touch(client);
            }
        }

        if (normalizes)
        {
            IntegrateWritersOf(update);
        }

        if (IsCollectionDue(0))
        {
            Collect();
        }
    }

    /// <summary>
    /// As a rule everything that new structs need is there already, and then later updates find their place known.
    /// </summary>
    private void IntegrateWritersOf(DecodedUpdate update)
    {
        if (!update.IsWhole)
        {
            Integrate();
            return;
        }

        foreach (var section in update.Sections)
        {
            if (section.Count > 0 && FindClient(section.Client, out var index))
            {
                IntegrateClient(index, long.MaxValue);
            }
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

        var index = ClientIndex(walk.Client);
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
        Touch(client);
    }

    /// <summary>Appends the parts of a struct that <paramref name="known"/> has not.</summary>
    private void AddMissing(int index, in ParsedStruct parsed, ReadOnlySpan<byte> bytes, ClientBlocks? known)
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
            AddDelete(client, parsed.Clock + from, parsed.Clock + to, mayCut: false);
        }

        var slice = parsed.Kind is BlockKind.Deleted or BlockKind.Gc ? default : cursor.Slice(from, to);
        if (from == 0 && client.Count > 0 && ExtendsLast(client, parsed))
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
                client.ExpectedBlocks += BlocksPerCut * ranges;
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
        changesSinceCollection++;
    }

    /// <summary>
    /// Origins of a block, and its container where the struct names it. The later part of a struct that was cut has the
    /// id before it as its origin.
    /// </summary>
    private void Place(ref Block block, int index, in ParsedStruct parsed, ReadOnlySpan<byte> bytes, long from)
    {
        if ((parsed.Flags & BlockFlags.HasRightOrigin) != 0)
        {
            (block.RightClient, block.RightClock) = (ClientIndex(parsed.RightClient), parsed.RightClock);
        }

        if (from > 0)
        {
            (block.OriginClient, block.OriginClock) = (index, block.Clock - 1);
        }
        else if ((parsed.Flags & BlockFlags.HasOrigin) != 0)
        {
            (block.OriginClient, block.OriginClock) = (ClientIndex(parsed.LeftClient), parsed.LeftClock);
        }
        else if (!parsed.HasOrigins)
        {
            var hasKey = (parsed.Flags & BlockFlags.HasKey) != 0;
            var key = bytes.Slice(parsed.Key.Offset, parsed.Key.Length);
            block.Container = (parsed.Flags & BlockFlags.ParentIsRoot) != 0
                ? containers.OfRoot(bytes.Slice(parsed.Name.Offset, parsed.Name.Length), hasKey, key)
                : containers.OfItem(ClientIndex(parsed.LeftClient), parsed.LeftClock, hasKey, key);
        }
    }

    /// <summary>
    /// Whether a struct simply goes on where the client's last block ends: the one case of <see cref="Joins"/> that
    /// typing makes, found without looking at anything else.
    /// </summary>
    private bool ExtendsLast(ClientBlocks client, in ParsedStruct parsed)
    {
        ref readonly var last = ref client.Blocks[client.Count - 1];
        if (last.End != parsed.Clock || last.Kind != parsed.Kind || !BlockContent.IsJoinable(parsed.Kind)
            || last.Content + last.ContentLength != client.BufferLength)
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
            && IsInSequence(last);
    }

    /// <summary>
    /// How many more blocks a new one will be when it is collected: cut by deletes that came first, or into single
    /// values (see <see cref="IsKeptSingly"/>).
    /// </summary>
    private int ExpectedCuts(ClientBlocks client, in Block block) =>
        block.Kind is BlockKind.Gc or BlockKind.Deleted ? 0
        : IsKeptSingly(block) ? (int)block.Length - 1
        : BlocksPerCut * client.Deletes.CountBetween(block.Clock, block.End);

    private void AddDelete(ClientBlocks client, long start, long end, bool mayCut = true)
    {
        if (!client.Deletes.Covers(start, end))
        {
            var ranges = client.Deletes.Count;
            client.Deletes.Add(start, end);
            mayCut &= start < client.End && client.Deletes.Count > ranges;
            client.ExpectedBlocks += mayCut ? BlocksPerCut : 0;
            client.Changed = true;
            changesSinceCollection++;
        }
    }
}
