namespace Relay.Yjs;

/// <content>
/// Brings the document to its one form: what is deleted has lost its content, what stood in a deleted type is garbage,
/// neighbours are joined. Equal sets of updates give equal documents, whatever the order in which they came.
/// </content>
public sealed partial class YDocument
{
    /// <summary>
    /// How much of a collection's work a block is: about as much as so many delete ranges or containers, or so many
    /// bytes of content, which are only copied.
    /// </summary>
    private const int RangesPerBlock = 4;
    private const int BytesPerBlock = 1024;

    private void Collect()
    {
        if (!clients.Exists(client => client.Changed))
        {
            return;
        }

        WorkMeter.Count(clients.Count);
        clients.ForEach(client => client.Settle());
        if (normalizes)
        {
            Integrate();
        }

        if (GarbageCollection)
        {
            OrderKeys();
            if (FindDeadContainers())
            {
                // Structs of any client may stand in what has died.
                clients.ForEach(client => client.Changed = true);
            }
        }

        var size = (containers.All.Length + (long)clients.Count) / RangesPerBlock;
        var rewrite = BlockRewrite.Rent();
        for (var index = 0; index < clients.Count; index++)
        {
            if (clients[index].Changed)
            {
                CollectClient(index, rewrite);
            }

            CountBytes(clients[index]);
            size += clients[index].Count + (clients[index].Deletes.Count / RangesPerBlock)
                + (clients[index].BufferLength / BytesPerBlock);
        }

        rewrite.Return();
        (changesSinceCollection, sizeAfterCollection) = (0, size);
    }

    /// <summary>
    /// Marks the containers whose type was deleted, or stands in one that was; says whether there are new ones.
    /// </summary>
    private bool FindDeadContainers()
    {
        var found = false;
        var path = new Stack<int>();
        var known = new byte[containers.All.Length];
        const byte Alive = 1, Dead = 2;
        for (var i = 0; i < known.Length; i++)
        {
            // Up from type to type until the answer is known, then down again: nesting is as deep as a client likes.
            byte answer = 0;
            for (var at = i; answer == 0;)
            {
                WorkMeter.Count();
                ref readonly var container = ref containers[at];
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

                var owner = clients[container.OwnerClient];
                if (container.Dead || owner.Deletes.Contains(container.OwnerClock))
                {
                    answer = Dead;
                    break;
                }

                // A type that is not there yet, or not integrated, says nothing.
                var above = owner.Integrated <= container.OwnerClock
                    ? Containers.Unknown
                    : BlockAt(container.OwnerClient, container.OwnerClock).Container;
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
                found |= answer == Dead && !containers[below].Dead;
                containers[below].Dead |= answer == Dead;
            }
        }

        return found;
    }

    private void CollectClient(int index, BlockRewrite blocks)
    {
        var client = clients[index];
        var (contentEnd, isInOrder) = (0, true);
        for (var i = 0; i < client.Count; i++)
        {
            ref var block = ref client.Blocks[i];
            if (block.Container == Containers.Unknown && i > 0)
            {
                TakePlace(index, client.Blocks[i - 1], ref block);
            }

            if (GarbageCollection && block.Container >= 0 && block.End <= client.Integrated
                && containers[block.Container].Dead)
            {
                MakeGarbage(ref block);
            }

            if (block.Kind == BlockKind.Gc)
            {
                client.Deletes.Add(block.Clock, block.End);
            }

            if (block.ContentLength > 0)
            {
                isInOrder &= block.Content >= contentEnd;
                contentEnd = block.Content + block.ContentLength;
            }
        }

        var deletes = client.Deletes.Settle();
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
            var part = new CollectedParts(this, index, block, content, blocks, ref contents);
            var isSingle = IsKeptSingly(block);
            if (isEmpty || !GarbageCollection)
            {
                part.Write(block.Clock, block.End, deleted: false, isSingle);
                continue;
            }

            while (next < deletes.Length && deletes[next].End <= block.Clock)
            {
                WorkMeter.Count();
                next++;
            }

            var at = block.Clock;
            for (var range = next; range < deletes.Length && deletes[range].Start < block.End; range++)
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

    /// <summary>
    /// Values whose place is not known yet, and deleted ones under a key, stand one by one. They are never joined here,
    /// and some clients send them cut, others whole: so only this form does not depend on who came first.
    /// </summary>
    private bool IsKeptSingly(in Block block) =>
        normalizes && block.Kind is (BlockKind.Any or BlockKind.Json) && block.Length > 1 && !IsInSequence(block);

    /// <summary>
    /// Whether a struct may be one with the one before it, of the same client: it was inserted right after it, and Yjs
    /// would cut the joined one to the same two. Live entries of a key are never joined: Yjs takes the joined one for
    /// one entry.
    /// </summary>
    internal bool Joins(int index, in Block last, in Block part)
    {
        if (last.End != part.Clock || last.Kind != part.Kind || !BlockContent.IsJoinable(part.Kind))
        {
            return false;
        }

        if (part.Kind == BlockKind.Gc)
        {
            return true;
        }

        return part.OriginClient == index && part.OriginClock == part.Clock - 1
            && part.RightClient == last.RightClient
                && (part.RightClient == Block.None || part.RightClock == last.RightClock)
            && part.Container == last.Container && (part.Kind == BlockKind.Deleted || IsInSequence(last));
    }

    /// <summary>
    /// Whether a struct is surely no entry of a key. The key bit of the wire does not tell: <c>Y.mergeUpdates</c>
    /// leaves it out where there is an origin. Of structs whose place is not known yet, only text is
    /// taken to stand in a sequence: no client puts a text struct under a key.
    /// </summary>
    private bool IsInSequence(in Block block) =>
        block.Container >= 0 ? containers[block.Container].Key == Block.None : block.Kind == BlockKind.String;
}
