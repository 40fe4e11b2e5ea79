namespace Relay.Yjs;

/// <summary>
/// Brings a document to its one form: what is deleted has lost its content, what stood in a deleted type is garbage,
/// neighbours are joined. Equal sets of updates give equal documents, whatever the order in which they came.
/// </summary>
internal readonly struct Collector(DocumentTables tables)
{
    /// <summary>
    /// How much of a collection's work a block is: about as much as so many delete ranges or containers, or so many
    /// bytes of content, which are only copied.
    /// </summary>
    private const int RangesPerBlock = 4;
    private const int BytesPerBlock = 1024;

    private ClientTable Clients => tables.Clients;

    private Containers Containers => tables.Containers;

    public void Run()
    {
        if (!Clients.All.Exists(client => client.Changed))
        {
            return;
        }

        WorkMeter.Count(Clients.Count);
        Clients.All.ForEach(client => client.Settle());
        if (tables.Normalizes)
        {
            new Integration(tables).Run();
        }

        if (tables.GarbageCollection)
        {
            new MapKeys(tables).Order();
            if (FindDeadContainers())
            {
                // Structs of any client may stand in what has died.
                Clients.All.ForEach(client => client.Changed = true);
            }
        }

        var size = (Containers.All.Length + (long)Clients.Count) / RangesPerBlock;
        var rewrite = BlockRewrite.Rent();
        for (var index = 0; index < Clients.Count; index++)
        {
            if (Clients[index].Changed)
            {
                CollectClient(index, rewrite);
            }

            Clients.CountBytes(Clients[index]);
            size += Clients[index].Count + (Clients[index].Deletes.Count / RangesPerBlock)
                + (Clients[index].ContentBytes / BytesPerBlock);
        }

        rewrite.Return();
        tables.Changes.OnCollected(size);
    }

    /// <summary>
    /// Marks the containers whose type was deleted, or stands in one that was; says whether there are new ones.
    /// </summary>
    private bool FindDeadContainers()
    {
        var found = false;
        var path = new Stack<int>();
        var known = new byte[Containers.All.Length];
        const byte Alive = 1, Dead = 2;
        for (var i = 0; i < known.Length; i++)
        {
            // Up from type to type until the answer is known, then down again: nesting is as deep as a client likes.
            byte answer = 0;
            for (var at = i; answer == 0;)
            {
                WorkMeter.Count();
                ref readonly var container = ref Containers[at];
                if (known[at] != 0)
                {
                    answer = known[at];
                    break;
                }

                path.Push(at);
                if (container.OwnerClient == Block.None)
                {
                    answer = Alive;
                    break;
                }

                var owner = Clients[container.OwnerClient];
                if (container.Dead || owner.Deletes.Contains(container.OwnerClock))
                {
                    answer = Dead;
                    break;
                }

                // A type that is not there yet, or not integrated, says nothing.
                var above = owner.Integrated <= container.OwnerClock
                    ? Containers.Unknown
                    : Clients.BlockAt(container.OwnerClient, container.OwnerClock).Container;
                if (above < 0)
                {
                    answer = above == Containers.Nowhere ? Dead : Alive;
                    break;
                }

                at = above;
            }

            while (path.TryPop(out var below))
            {
                known[below] = answer;
                found |= answer == Dead && !Containers[below].Dead;
                Containers[below].Dead |= answer == Dead;
            }
        }

        return found;
    }

    private void CollectClient(int index, BlockRewrite blocks)
    {
        var client = Clients[index];
        var (before, isInOrder) = (-1, true);
        for (var i = 0; i < client.Count; i++)
        {
            ref var block = ref client.Blocks[i];
            if (block.Container == Containers.Unknown && i > 0)
            {
                TakePlace(index, client.Blocks[i - 1], ref block);
            }

            if (tables.GarbageCollection && block.Container >= 0 && block.End <= client.Integrated
                && Containers[block.Container].Dead)
            {
                block.MakeGarbage();
            }

            if (block.Kind == BlockKind.Gc)
            {
                client.Deletes.Add(block.Clock, block.End);
            }

            if (block.ContentLength > 0)
            {
                isInOrder &= block.Content > before && (block.ContentLength <= ContentBuffer.ChunkBytes
                    || !(client.Deletes.Overlaps(block.Clock, block.End) || tables.IsKeptSingly(block)));
                before = block.Content;
            }
        }

        ref readonly var deletes = ref client.Deletes.Settle();
        var next = 0;
        var contents = client.BeginRewrite(isInOrder);
        blocks.Begin();
        for (var i = 0; i < client.Count; i++)
        {
            WorkMeter.Count();
            blocks.Pass(client.Blocks, i);
            ref readonly var block = ref client.Blocks[i];
            var isEmpty = block.Kind is BlockKind.Gc or BlockKind.Deleted;
            var content = isEmpty ? default : client.Content(block);
            var part = new CollectedParts(Containers, index, block, content, blocks, ref contents);
            var isSingle = tables.IsKeptSingly(block);
            if (isEmpty || !tables.GarbageCollection)
            {
                part.Write(block.Clock, block.End, deleted: false, isSingle);
                continue;
            }

            while (next < deletes.Count && deletes[next].End <= block.Clock)
            {
                WorkMeter.Count();
                next++;
            }

            var at = block.Clock;
            for (var range = next; range < deletes.Count && deletes[range].Start < block.End; range++)
            {
                WorkMeter.Count();
                var (start, end) = (Math.Max(at, deletes[range].Start), Math.Min(block.End, deletes[range].End));
                part.Write(at, start, deleted: false, isSingle);
                part.Write(start, end, deleted: true, isSingle);
                at = end;
            }

            part.Write(at, block.End, deleted: false, isSingle);
        }

        client.EndRewrite(blocks, contents);
        client.Changed = false;
    }

    /// <summary>
    /// A struct stands where its origin stands. Where that is the struct right before it, the place is known although
    /// something else is missing, and then both halves of a struct that is cut have the same place as the whole.
    /// </summary>
    private static void TakePlace(int index, in Block before, ref Block block)
    {
        if (before.Container >= 0 && before.End == block.Clock && block.OriginClient == index
            && block.OriginClock == block.Clock - 1)
        {
            block.Container = before.Container;
        }
    }
}
