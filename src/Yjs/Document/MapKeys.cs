namespace Relay.Yjs;

/// <summary>
/// Which entry of a key counts. In Yjs the entries of one key form a sequence like any other and only the last one
/// counts (<c>yjs/src/structs/Item.js</c>, <c>integrate</c>). As no client gives them right origins, that order is
/// simple: an entry comes after its origin, entries of one origin are ordered by client id, and what follows an entry
/// comes before its next sibling. So the last one is found by going from the start to the last follower again and
/// again.
/// </summary>
internal readonly struct MapKeys(DocumentTables tables)
{
    private ClientTable Clients => tables.Clients;

    private Containers Containers => tables.Containers;

    /// <summary>
    /// Keeps the last entry of a key: an entry that follows the last one is the new last one, and what it follows is
    /// deleted. Any other makes the order of the key's entries a question for later (<see cref="Order"/>).
    /// </summary>
    public void Add(int index, in Block block)
    {
        ref var container = ref Containers[block.Container];
        if (block.RightClient != Block.None)
        {
            container.Foreign = true;
            return;
        }

        var follows = container.LastClient == block.OriginClient
            && (container.LastClient == Block.None || container.LastClock == block.OriginClock);
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

    /// <summary>
    /// Finds the last entry of every key whose entries did not come one after another, and deletes the others.
    /// </summary>
    public void Order()
    {
        var keys = new Dictionary<int, List<(int Client, int Block)>>();
        for (var i = 0; i < Containers.All.Length; i++)
        {
            ref var container = ref Containers[i];
            if (container.Disordered && !container.Foreign)
            {
                keys.Add(i, []);
                container.Disordered = false;
            }
        }

        if (keys.Count == 0)
        {
            return;
        }

        for (var index = 0; index < Clients.Count; index++)
        {
            var client = Clients[index];
            for (var i = 0; i < client.Count && client.Blocks[i].End <= client.Integrated; i++)
            {
                WorkMeter.Count();
                if (keys.TryGetValue(client.Blocks[i].Container, out var entries))
                {
                    entries.Add((index, i));
                }
            }
        }

        foreach (var (key, entries) in keys)
        {
            OrderKey(key, entries);
        }
    }

    private void OrderKey(int key, List<(int Client, int Block)> entries)
    {
        // Of the entries that name the same id as their origin, the last: the greatest client id, and of that client
        // the earliest.
        var lastAfter = new Dictionary<ItemKey, (int Client, int Block)>();
        foreach (var entry in entries)
        {
            WorkMeter.Count();
            var block = Clients[entry.Client].Blocks[entry.Block];
            var origin = new ItemKey(block.OriginClient, block.OriginClient == Block.None ? 0 : block.OriginClock);
            if (!lastAfter.TryGetValue(origin, out var other) || Clients[other.Client].Id < Clients[entry.Client].Id)
            {
                lastAfter[origin] = entry;
            }
        }

        var branches = lastAfter.Keys.Where(origin => origin.Client != Block.None).ToArray();
        Array.Sort(branches);
        if (!lastAfter.TryGetValue(new ItemKey(Block.None, 0), out var at))
        {
            return;
        }

        var last = at;
        while (true)
        {
            last = at;
            var block = Clients[at.Client].Blocks[at.Block];

            // Inside a block every id is followed by the next one; the first branch that comes after it wins.
            var next = Array.BinarySearch(branches, new ItemKey(at.Client, block.Clock));
            next = next < 0 ? ~next : next;
            var turned = false;
            for (; next < branches.Length && branches[next].Client == at.Client
                && branches[next].Clock < block.End; next++)
            {
                WorkMeter.Count();
                var branch = lastAfter[branches[next]];
                if (branches[next].Clock == block.End - 1 || Clients[branch.Client].Id > Clients[at.Client].Id)
                {
                    at = branch;
                    turned = true;
                    break;
                }
            }

            if (!turned)
            {
                break;
            }
        }

        ref var container = ref Containers[key];
        (container.LastClient, container.LastClock) = (last.Client, Clients[last.Client].Blocks[last.Block].End - 1);
        foreach (var entry in entries)
        {
            if (entry != last)
            {
                DeleteEntry(entry.Client, Clients[entry.Client].Blocks[entry.Block].Clock);
            }
        }
    }

    private void DeleteEntry(int client, long clock)
    {
        ref readonly var entry = ref Clients.BlockAt(client, clock);
        if (entry.Kind is not (BlockKind.Deleted or BlockKind.Gc))
        {
            tables.Changes.Delete(Clients[client], entry.Clock, entry.End);
        }
    }
}
