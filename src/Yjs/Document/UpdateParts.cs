namespace Relay.Yjs;

/// <summary>
/// A diff of a collected document that is too large for one message, in parts that take effect together.
/// </summary>
/// <remarks>
/// <para>
/// An editor that is bound to the document looks at it after each update and repairs, for everybody, what does not
/// fit its schema. So a state between two parts must not be visible. The last part has all deletes and the first
/// missing struct of each client; the parts before it have the rest. Yjs 13 keeps a struct as pending while the one
/// before it is missing (<c>yjs/src/utils/encoding.js</c>, <c>integrateStructs</c>), and retries what is pending
/// when the last part comes, in the same transaction. Pending structs of the holder change nothing: they wait for
/// structs that it lacks, and the causally first of those is its client's first one.
/// </para>
/// <para>
/// Yjs 14 and later versions of its port to Rust place a struct as soon as its origins and its parent are there,
/// and garbage at once. So the last part has each client's structs up to the last one that could be placed early,
/// if that is not more than <see cref="DiffSizes.MaxLast"/>. Else garbage, which shows in no document, may come
/// early; and if that does not do, only Yjs 13 is safe. Within a part no struct is left out between two others of a
/// client: the port to Rust (0.16 to 0.18) loses what is left out when it comes later.
/// </para>
/// </remarks>
internal sealed class UpdateParts(DocumentTables tables, StateVector known, DiffSizes sizes)
{
    /// <summary>What a part may need around its structs: the counts, and the id and clock of a client.</summary>
    private const int HeaderBytes = 40;

    private readonly List<byte[]> parts = [];
    private readonly List<ClientRun> runs = [];
    private int bytes;

    public List<byte[]> Encode()
    {
        var last = LastPart();
        foreach (var run in last)
        {
            Add(run.Client, run.To);
        }

        if (runs.Count > 0)
        {
            Finish();
        }

        parts.Add(new UpdateEncoder(tables).EncodeRuns(last, withDeletes: true));
        return parts;
    }

    /// <summary>
    /// The structs of the last part: of each client that has missing ones, a run that begins with the first.
    /// </summary>
    private List<ClientRun> LastPart()
    {
        var first = new List<ClientRun>();
        var untilReady = new List<ClientRun>();
        var untilGarbage = new List<ClientRun>();
        long readyBytes = 0, garbageBytes = 0;
        foreach (var client in tables.Clients.Descending())
        {
            var from = known.ClockOf(client.Id);
            if (client.Count == 0 || client.End <= from)
            {
                continue;
            }

            var run = Beginning(client, from);
            var (ready, garbage) = (run, run);
            long passed = 0, readyPassed = 0, garbagePassed = 0;
            for (var i = client.FirstEndingAfter(run.To - 1); i < client.Count; i++)
            {
                ref readonly var block = ref client.Blocks[i];
                passed += HeaderBytes;
                if (block.Clock >= run.To && block.Kind == BlockKind.Gc)
                {
                    garbage = run with { To = block.End };
                    garbagePassed = passed;
                }
                else if (block.Clock >= run.To && IsReady(block))
                {
                    ready = garbage = run with { To = Beginning(client, block.Clock).To };
                    readyPassed = garbagePassed = passed;
                }

                passed += block.ContentLength;
            }

            first.Add(run);
            untilReady.Add(ready);
            untilGarbage.Add(garbage);
            readyBytes += readyPassed;
            garbageBytes += garbagePassed;
        }

        return garbageBytes <= sizes.MaxLast ? untilGarbage : readyBytes <= sizes.MaxLast ? untilReady : first;
    }

    /// <summary>
    /// The shortest piece with which the client's structs begin from a clock on; it ends between two characters.
    /// </summary>
    private static ClientRun Beginning(ClientBlocks client, long clock)
    {
        ref readonly var block = ref client.Blocks[client.FirstEndingAfter(clock)];
        var from = Math.Max(clock, block.Clock);
        var rest = Rest(client, block, from, out var isInsidePair);
        return new ClientRun(client, from, from + (isInsidePair ? 1 : Fit(block, rest, from, 1, out _)));
    }

    /// <summary>Whether the holder has all that Yjs 14 needs to place the block.</summary>
    private bool IsReady(in Block block)
    {
        foreach (var (client, clock) in new Integration(tables).Needs(block))
        {
            if (clock >= known.ClockOf(tables.Clients[client].Id))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Puts the client's structs from a clock on, which is not inside a surrogate pair, into parts.
    /// </summary>
    private void Add(ClientBlocks client, long from)
    {
        for (var i = client.FirstEndingAfter(from); i < client.Count; i++)
        {
            ref readonly var block = ref client.Blocks[i];
            from = Math.Max(from, block.Clock);
            Add(client, block, from, Rest(client, block, from, out _));
            from = block.End;
        }
    }

    /// <summary>Puts a block from a clock on into parts. The clock is not inside a surrogate pair.</summary>
    private void Add(ClientBlocks client, in Block block, long from, ReadOnlySpan<byte> rest)
    {
        while (from < block.End)
        {
            var place = PlaceBytes(client, block, from);
            var to = block.End;
            var taken = rest.Length;
            if (bytes + place + taken > sizes.MaxPart)
            {
                to = from + Fit(block, rest, from, Math.Max(sizes.MaxPart - bytes - place, 1), out taken);
            }

            if (bytes > 0 && bytes + place + taken > sizes.MaxPart)
            {
                Finish();
                continue;
            }

            Append(client, from, to, block.ContentLength - rest.Length);
            bytes += place + taken;
            rest = rest[taken..];
            from = to;
        }
    }

    /// <summary>
    /// How many clocks of a block's rest fit into some bytes of content, at least one, and what they take.
    /// </summary>
    private static long Fit(in Block block, ReadOnlySpan<byte> rest, long from, int room, out int taken)
    {
        var length = BlockContent.LengthThatFits(block.Kind, rest, block.End - from, 0, room);
        taken = BlockContent.Slice(block.Kind, rest, block.End - from, 0, length).Bytes;
        return length;
    }

    /// <summary>The block's content from a clock on.</summary>
    private static ReadOnlySpan<byte> Rest(ClientBlocks client, in Block block, long from, out bool isInsidePair)
    {
        isInsidePair = false;
        if (from == block.Clock || block.ContentLength == 0)
        {
            return client.Content(block);
        }

        var content = client.Content(block);
        var slice = BlockContent.Slice(block.Kind, content, block.Length, from - block.Clock, block.Length);
        isInsidePair = slice.ReplacementBefore;
        return content[slice.Start..slice.End];
    }

    private void Append(ClientBlocks client, long from, long to, int contentBefore)
    {
        if (runs.Count > 0 && runs[^1].Client == client && runs[^1].To == from)
        {
            runs[^1] = runs[^1] with { To = to };
        }
        else
        {
            runs.Add(new ClientRun(client, from, to, contentBefore));
        }
    }

    /// <summary>What the block takes from a clock on, besides its content.</summary>
    private int PlaceBytes(ClientBlocks client, in Block block, long from)
    {
        // The info byte, the content's length, and either origins or a parent.
        var size = 1 + Lib0Writer.VarUintSize((ulong)Math.Max(block.Length, block.ContentLength));
        size += runs.Count > 0 && runs[^1].Client == client && runs[^1].To == from ? 0 : HeaderBytes;
        if (from > block.Clock)
        {
            return size + IdBytes(client, from) + IdBytes(block.RightClient, block.RightClock);
        }

        if (block.HasOrigins || block.Container < 0)
        {
            return size + IdBytes(block.OriginClient, block.OriginClock)
                + IdBytes(block.RightClient, block.RightClock);
        }

        ref readonly var container = ref tables.Containers[block.Container];
        size += 1 + IdBytes(container.OwnerClient, container.OwnerClock);
        size += container.RootName == Block.None ? 0 : 5 + tables.Containers.Name(container.RootName).Length;
        return size + (container.Key == Block.None ? 0 : 5 + tables.Containers.Name(container.Key).Length);
    }

    private int IdBytes(int client, long clock) =>
        client == Block.None ? 0 : IdBytes(tables.Clients[client], clock);

    private static int IdBytes(ClientBlocks client, long clock) =>
        Lib0Writer.VarUintSize(client.Id) + Lib0Writer.VarUintSize((ulong)clock);

    private void Finish()
    {
        parts.Add(new UpdateEncoder(tables).EncodeRuns(runs, withDeletes: false));
        runs.Clear();
        bytes = 0;
    }
}
