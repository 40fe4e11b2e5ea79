using System.Runtime.InteropServices;

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
        var scratch = CollectionScratch.Rent();
        for (var index = 0; index < clients.Count; index++)
        {
            if (clients[index].Changed)
            {
                CollectClient(index, scratch);
            }

            CountBytes(clients[index]);
            size += clients[index].Count + (clients[index].Deletes.Count / RangesPerBlock)
                + (clients[index].BufferLength / BytesPerBlock);
        }

        scratch.Return();
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

    private void CollectClient(int index, CollectionScratch scratch)
    {
        var client = clients[index];
        scratch.Clear();
        scratch.Blocks.EnsureCapacity(client.Count + client.ExpectedBlocks);
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
        }

        var deletes = client.Deletes.Settle();
        var next = 0;
        for (var i = 0; i < client.Count; i++)
        {
            WorkMeter.Count();
            ref readonly var block = ref client.Blocks[i];
            var isEmpty = block.Kind is BlockKind.Gc or BlockKind.Deleted;
            var content = isEmpty ? default : client.Content(block);
            var part = new PartWriter(this, index, block, content, scratch);
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

        client.Replace(CollectionsMarshal.AsSpan(scratch.Blocks), scratch.Content.WrittenSpan);
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

    /// <summary>Writes a block's parts anew, from left to right.</summary>
    private ref struct PartWriter(YDocument document, int index, in Block block, ReadOnlySpan<byte> content,
        CollectionScratch scratch)
    {
        private readonly ref readonly Block block = ref block;
        private readonly ReadOnlySpan<byte> content = content;
        private ContentCursor cursor = new(block.Kind, content, block.Length);

        /// <summary>Writes the part between two clocks, if there is any.</summary>
        public void Write(long from, long to, bool deleted, bool isSingle)
        {
            if (isSingle && !deleted && from < to)
            {
                WriteValues(from, to);
                return;
            }

            for (var at = from; at < to;)
            {
                var end = isSingle ? at + 1 : to;
                Write(at, end, deleted);
                at = end;
            }
        }

        /// <summary>
        /// Writes values one by one, their content at once. None of them joins the one before it, because neither
        /// stands in a sequence.
        /// </summary>
        private void WriteValues(long from, long to)
        {
            var slice = cursor.Slice(from - block.Clock, to - block.Clock);
            var values = content[slice.Start..slice.End];
            var part = block;
            (part.Content, part.Length) = (scratch.Content.WrittenCount, 1);
            WorkMeter.CountBytes(values.Length);
            values.CopyTo(scratch.Content.GetSpan(values.Length));
            scratch.Content.Advance(values.Length);

            var first = scratch.Blocks.Count;
            CollectionsMarshal.SetCount(scratch.Blocks, first + (int)(to - from));
            var reader = new Lib0Reader(values);
            foreach (ref var written in CollectionsMarshal.AsSpan(scratch.Blocks)[first..])
            {
                var start = reader.Position;
                BlockContent.SkipElements(ref reader, part.Kind, 1);
                part.ContentLength = reader.Position - start;
                part.Clock = from++;
                if (part.Clock > block.Clock)
                {
                    (part.OriginClient, part.OriginClock) = (index, part.Clock - 1);
                }

                written = part;
                part.Content += part.ContentLength;
            }
        }

        /// <summary>Writes a part, joined with what was written last where that loses nothing.</summary>
        private void Write(long from, long to, bool deleted)
        {
            WorkMeter.Count();
            var part = block;
            if (from > block.Clock)
            {
                (part.OriginClient, part.OriginClock) = (index, from - 1);
            }

            (part.Clock, part.Length) = (from, to - from);
            (part.Content, part.ContentLength) = (scratch.Content.WrittenCount, 0);
            if (deleted)
            {
                part.Kind = BlockKind.Deleted;
            }
            else if (part.Kind is not (BlockKind.Deleted or BlockKind.Gc))
            {
                var slice = cursor.Slice(from - block.Clock, to - block.Clock);
                part.ContentLength = slice.Bytes;
                BlockContent.Copy(content, slice, scratch.Content.GetSpan(slice.Bytes));
                scratch.Content.Advance(slice.Bytes);
            }

            if (scratch.Blocks.Count > 0)
            {
                ref var last = ref CollectionsMarshal.AsSpan(scratch.Blocks)[^1];
                if (document.Joins(index, last, part))
                {
                    last.Length += part.Length;
                    last.ContentLength += part.ContentLength;
                    return;
                }
            }

            scratch.Blocks.Add(part);
        }
    }

    /// <summary>
    /// Whether a struct may be one with the one before it, of the same client: it was inserted right after it, and Yjs
    /// would cut the joined one to the same two. Live entries of a key are never joined: Yjs takes the joined one for
    /// one entry.
    /// </summary>
    private bool Joins(int index, in Block last, in Block part)
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
