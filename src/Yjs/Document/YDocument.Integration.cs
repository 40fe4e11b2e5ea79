namespace Relay.Yjs;

/// <content>
/// Finds out where structs belong, in the order in which Yjs would integrate them (<c>yjs/src/structs/Item.js</c>, <c>getMissing</c>): a struct whose origins, parent or predecessor are unknown
/// waits. Neither the sequence nor the content is looked at.
/// </content>
public sealed partial class YDocument
{
    /// <summary>Integrates all that can be integrated.</summary>
    private void Integrate()
    {
        var waiting = new Stack<int>();
        HashSet<int>? blocked = null;
        for (var first = 0; first < clients.Count; first++)
        {
            waiting.Push(first);
            while (waiting.TryPeek(out var index))
            {
                var missing = blocked is not null && blocked.Contains(index) ? Block.None : IntegrateClient(index);
                if (missing == Block.None)
                {
                    waiting.Pop();
                    continue;
                }

                // It can go on only after that client. If that one cannot go on, or waits for this one, none that waits can.
                var other = clients[missing];
                if (other.Integrated == other.Contiguous || waiting.Contains(missing) || (blocked is not null && blocked.Contains(missing)))
                {
                    blocked ??= [];
                    blocked.UnionWith(waiting);
                    waiting.Clear();
                }
                else
                {
                    waiting.Push(missing);
                }
            }
        }
    }

    /// <summary>Integrates the client's structs in order, until one needs another client first: that client's index, or <see cref="Block.None"/>.</summary>
    private int IntegrateClient(int index)
    {
        var client = clients[index];
        for (var i = client.FirstEndingAfter(client.Integrated); client.Integrated < client.Contiguous; i++)
        {
            ref var block = ref client.Blocks[i];
            if (block.Kind != BlockKind.Gc)
            {
                if (FirstMissing(block) is var missing && missing != Block.None)
                {
                    return missing;
                }

                FindContainer(ref block);
                if (GarbageCollection && block.Container >= 0 && containers[block.Container].Key != Block.None)
                {
                    AddToKey(index, block);
                }
            }

            client.Integrated = block.End;
            client.Changed = true;
        }

        return Block.None;
    }

    private int FirstMissing(in Block block)
    {
        if (block.OriginClient != Block.None && clients[block.OriginClient].Integrated <= block.OriginClock)
        {
            return block.OriginClient;
        }

        if (block.RightClient != Block.None && clients[block.RightClient].Integrated <= block.RightClock)
        {
            return block.RightClient;
        }

        if (!block.HasOrigins)
        {
            ref readonly var container = ref containers[block.Container];
            if (container.OwnerClient != Block.None && clients[container.OwnerClient].Integrated <= container.OwnerClock)
            {
                return container.OwnerClient;
            }
        }

        return Block.None;
    }

    /// <summary>
    /// A struct belongs where its origins belong. What stands beside garbage, or in something that is no type (any more), is garbage itself.
    /// </summary>
    private void FindContainer(ref Block block)
    {
        var garbage = false;
        var container = block.HasOrigins ? Containers.Unknown : block.Container;
        if (block.OriginClient != Block.None)
        {
            container = BlockAt(block.OriginClient, block.OriginClock).Container;
            garbage = container == Containers.Nowhere;
        }

        if (block.RightClient != Block.None)
        {
            var right = BlockAt(block.RightClient, block.RightClock).Container;
            garbage |= right == Containers.Nowhere;
            container = container == Containers.Unknown ? right : container;
        }

        if (!block.HasOrigins)
        {
            ref readonly var named = ref containers[container];
            garbage = named.OwnerClient != Block.None && BlockAt(named.OwnerClient, named.OwnerClock).Kind != BlockKind.Type;
        }

        block.Container = container;
        if (garbage)
        {
            MakeGarbage(ref block);
        }
    }

    private static void MakeGarbage(ref Block block)
    {
        block.Kind = BlockKind.Gc;
        block.Container = Containers.Nowhere;
        block.OriginClient = Block.None;
        block.RightClient = Block.None;
        block.ContentLength = 0;
        block.Flags = BlockFlags.None;
    }

    private ref readonly Block BlockAt(int client, long clock) => ref clients[client].Blocks[clients[client].FirstEndingAfter(clock)];

    /// <summary>
    /// Keeps the last entry of a key: an entry that follows the last one is the new last one, and what it follows is deleted. Any other makes the order of the key's entries a question for later
    /// (<see cref="OrderKeys"/>).
    /// </summary>
    private void AddToKey(int index, in Block block)
    {
        ref var container = ref containers[block.Container];
        if (block.RightClient != Block.None)
        {
            container.Foreign = true;
            return;
        }

        var follows = container.LastClient == block.OriginClient && (container.LastClient == Block.None || container.LastClock == block.OriginClock);
        if (!follows)
        {
            container.Disordered = true;
            return;
        }

        if (container.LastClient != Block.None)
        {
            DeleteEntry(container.LastClient, container.LastClock);
        }

        (container.LastClient, container.LastClock) = (index, block.End - 1);
    }

    private void DeleteEntry(int client, long clock)
    {
        ref readonly var entry = ref BlockAt(client, clock);
        if (entry.Kind is not (BlockKind.Deleted or BlockKind.Gc))
        {
            AddDelete(clients[client], entry.Clock, entry.End);
        }
    }
}
