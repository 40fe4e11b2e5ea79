namespace Relay.Yjs;

/// <content>
/// The order of a key's entries. In Yjs the entries of one key form a sequence like any other and only the last one
/// counts (<c>yjs/src/structs/Item.js</c>, <c>integrate</c>). As no client gives them right origins, that order is
/// simple: an entry comes after its origin, entries of one origin are ordered by client id, and what follows an entry
/// comes before its next sibling. So the last one is found by going from the start to the last follower again and
/// again.
/// </content>
public sealed partial class YDocument
{
    /// <summary>
    /// Finds the last entry of every key whose entries did not come one after another, and deletes the others.
    /// </summary>
    private void OrderKeys()
    {
        var keys = new Dictionary<int, List<(int Client, int Block)>>();
        for (var i = 0; i < containers.All.Length; i++)
        {
            ref var container = ref containers[i];
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

        for (var index = 0; index < clients.Count; index++)
        {
            var client = clients[index];
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
            var block = clients[entry.Client].Blocks[entry.Block];
            var origin = new ItemKey(block.OriginClient, block.OriginClient == Block.None ? 0 : block.OriginClock);
            if (!lastAfter.TryGetValue(origin, out var other) || clients[other.Client].Id < clients[entry.Client].Id)
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
            var block = clients[at.Client].Blocks[at.Block];

            // Inside a block every id is followed by the next one; the first branch that comes after it wins.
            var next = Array.BinarySearch(branches, new ItemKey(at.Client, block.Clock));
            next = next < 0 ? ~next : next;
            var turned = false;
            for (; next < branches.Length && branches[next].Client == at.Client
                && branches[next].Clock < block.End; next++)
            {
                WorkMeter.Count();
                var branch = lastAfter[branches[next]];
                if (branches[next].Clock == block.End - 1 || clients[branch.Client].Id > clients[at.Client].Id)
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

        ref var container = ref containers[key];
        (container.LastClient, container.LastClock) = (last.Client, clients[last.Client].Blocks[last.Block].End - 1);
        foreach (var entry in entries)
        {
            if (entry != last)
            {
                DeleteEntry(entry.Client, clients[entry.Client].Blocks[entry.Block].Clock);
            }
        }
    }
}
