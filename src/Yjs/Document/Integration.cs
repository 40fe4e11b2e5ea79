namespace Relay.Yjs;

/// <summary>
/// Finds out where structs belong, in the order in which Yjs would integrate them (<c>yjs/src/structs/Item.js</c>,
/// <c>getMissing</c>): a struct whose origins, parent or predecessor are unknown waits. Neither the sequence nor the
/// content is looked at.
/// </summary>
internal readonly struct Integration(DocumentTables tables)
{
    private readonly ClientTable clients = tables.Clients;
    private readonly Containers containers = tables.Containers;

    /// <summary>
    /// As a rule everything that new structs need is there already, and then later updates find their place known.
    /// </summary>
    public void RunFor(DecodedUpdate update)
    {
        if (!update.IsWhole)
        {
            Run();
            return;
        }

        foreach (var section in update.Sections)
        {
            if (section.Count > 0 && clients.TryFind(section.Client, out var index))
            {
                IntegrateClient(index, long.MaxValue);
            }
        }
    }

    /// <summary>Integrates all that can be integrated.</summary>
    public void Run()
    {
        // Who waits for whom: a client and the clock that the one below it needs of it. The set has the same clients.
        var waiting = new Stack<(int Client, long Clock)>();
        var waits = new HashSet<int>();
        var blocked = new HashSet<int>();
        for (var first = 0; first < clients.Count; first++)
        {
            WorkMeter.Count();
            if (clients[first].Integrated < clients[first].Contiguous && !blocked.Contains(first))
            {
                waiting.Push((first, long.MaxValue));
                waits.Add(first);
            }

            while (waiting.TryPeek(out var top))
            {
                WorkMeter.Count();
                var (needed, clock) = IntegrateClient(top.Client, top.Clock);
                if (needed == Block.None)
                {
                    waiting.Pop();
                    waits.Remove(top.Client);
                }
                else if (clients[needed].Contiguous <= clock || blocked.Contains(needed) || !waits.Add(needed))
                {
                    // What is needed is not there, or waits for this: none that waits can go on.
                    WorkMeter.Count(waiting.Count);
                    blocked.UnionWith(waits);
                    waiting.Clear();
                    waits.Clear();
                }
                else
                {
                    waiting.Push((needed, clock));
                }
            }
        }
    }

    /// <summary>Integrates the client's structs in order up to the one at <paramref name="until"/>, or until one needs
    /// another client first: that client's index and clock, or
    /// <see cref="Block.None"/>.</summary>
    private (int Client, long Clock) IntegrateClient(int index, long until)
    {
        var client = clients[index];
        var next = int.MaxValue;
        while (client.Integrated < client.Contiguous && client.Integrated <= until)
        {
            WorkMeter.Count();
            ref var block = ref client.BlockAt(client.Integrated, ref next);
            if (block.Kind != BlockKind.Gc)
            {
                var missing = FirstMissing(block);
                if (missing.Client != Block.None)
                {
                    return missing;
                }

                FindContainer(client, ref block);
                if (tables.GarbageCollection && block.Container >= 0 && containers[block.Container].Key != Block.None)
                {
                    new MapKeys(tables).Add(index, block);
                }
            }

            client.Integrated = block.End;
            client.Changed = true;
        }

        return (Block.None, 0);
    }

    private (int Client, long Clock) FirstMissing(in Block block)
    {
        foreach (var needed in Needs(block))
        {
            if (clients[needed.Client].Integrated <= needed.Clock)
            {
                return needed;
            }
        }

        return (Block.None, 0);
    }

    /// <summary>
    /// The ids without which the struct cannot be placed: its origins, or else the item that holds its parent.
    /// </summary>
    public BlockNeeds Needs(in Block block) => block.HasOrigins || block.Container < 0
        ? new BlockNeeds(block.OriginClient, block.OriginClock, block.RightClient, block.RightClock)
        : new BlockNeeds(containers[block.Container].OwnerClient,
            containers[block.Container].OwnerClock, Block.None, 0);

    /// <summary>
    /// A struct belongs where its origins belong. What stands beside garbage, or in something that is no type (any
    /// more), is garbage itself.
    /// </summary>
    private void FindContainer(ClientBlocks client, ref Block block)
    {
        var garbage = false;
        var container = block.HasOrigins ? Containers.Unknown : block.Container;
        if (block.OriginClient != Block.None)
        {
            container = clients.BlockAt(block.OriginClient, block.OriginClock).Container;
            garbage = container == Containers.Nowhere;
        }

        if (block.RightClient != Block.None)
        {
            var right = clients.BlockAt(block.RightClient, block.RightClock).Container;
            garbage |= right == Containers.Nowhere;
            container = container == Containers.Unknown ? right : container;
        }

        if (!block.HasOrigins)
        {
            ref readonly var named = ref containers[container];
            garbage = named.OwnerClient != Block.None
                && clients.BlockAt(named.OwnerClient, named.OwnerClock).Kind != BlockKind.Type;
        }

        block.Container = container;
        if (garbage)
        {
            block.MakeGarbage();
        }
        else if (containers[container].Key != Block.None && BlockContent.IsRun(block.Kind, block.Length)
            && !client.Deletes.Covers(block.Clock, block.End))
        {
            // Its origin was not known when it came, else it would have been refused. As something deleted it harms
            // nobody.
            (block.Kind, block.ContentLength) = (BlockKind.Deleted, 0);
            tables.Changes.Delete(client, block.Clock, block.End);
        }
    }
}
