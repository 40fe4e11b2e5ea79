namespace Relay.Yjs;

/// <summary>All that one client wrote: its structs in clock order, their content, and which of its clocks are deleted.</summary>
internal sealed class ClientBlocks(ulong id)
{
    private Block[] blocks = [];
    private byte[] buffer = [];
    private int found;

    public ulong Id { get; } = id;

    public int Count { get; private set; }

    public ClockRanges Deletes { get; } = new();

    /// <summary>The clock before which nothing is missing.</summary>
    public long Contiguous { get; private set; }

    /// <summary>The clock before which every struct's origins and parent are known as well, so that Yjs would have integrated it.</summary>
    public long Integrated { get; set; }

    /// <summary>Whether something came since the blocks were last collected.</summary>
    public bool Changed { get; set; }

    /// <summary>The bytes of content, with those of content that was deleted since the last collection.</summary>
    public int BufferLength { get; private set; }

    public Span<Block> Blocks => blocks.AsSpan(0, Count);

    public long End => Count == 0 ? 0 : blocks[Count - 1].End;

    public long MemoryBytes => 56L * blocks.Length + buffer.Length + Deletes.MemoryBytes + 160;

    public ReadOnlySpan<byte> Content(in Block block) => buffer.AsSpan(block.Content, block.ContentLength);

    /// <summary>The index of the first block that ends after <paramref name="clock"/>; <see cref="Count"/> if there is none.</summary>
    public int FirstEndingAfter(long clock) => FirstEndingAfter(clock, Count);

    /// <summary>The same among the first <paramref name="known"/> blocks, for the time while others wait to be brought to their places.</summary>
    public int FirstEndingAfter(long clock, int known)
    {
        if (known == 0 || clock >= blocks[known - 1].End)
        {
            return known;
        }

        if (clock >= blocks[known - 1].Clock)
        {
            return known - 1;
        }

        if (found < known && blocks[found].Clock <= clock && clock < blocks[found].End)
        {
            return found;
        }

        int low = 0, high = known - 1;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (blocks[middle].End <= clock)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return found = low;
    }

    /// <summary>Copies a part of a content to the end of the buffer and returns where it begins.</summary>
    public int AppendContent(ReadOnlySpan<byte> content, ContentSlice slice)
    {
        var at = BufferLength;
        var length = checked(at + slice.Bytes);
        if (length > buffer.Length)
        {
            Array.Resize(ref buffer, (int)Math.Min(Array.MaxLength, Math.Max(length + 16L, length + (length / 2L))));
        }

        BlockContent.Copy(content, slice, buffer.AsSpan(at));
        BufferLength = length;
        return at;
    }

    /// <summary>Adds a block after all others.</summary>
    public void Append(in Block block)
    {
        if (Count == blocks.Length)
        {
            Array.Resize(ref blocks, Count == 0 ? 1 : Count + Math.Max(3, Count / 2));
        }

        blocks[Count++] = block;
        if (block.Clock == Contiguous)
        {
            Contiguous = block.End;
        }
    }

    /// <summary>Makes the last block longer: the content at the end of the buffer is its own.</summary>
    public void ExtendLast(long length, int contentBytes)
    {
        ref var last = ref blocks[Count - 1];
        if (last.End == Contiguous)
        {
            Contiguous += length;
        }

        last.Length += length;
        last.ContentLength += contentBytes;
    }

    /// <summary>Brings blocks that were appended out of order, from index <paramref name="from"/> on, to their places.</summary>
    public void MergeAppended(int from)
    {
        var sorted = new Block[blocks.Length];
        int left = 0, right = from, count = 0;
        while (count < Count)
        {
            sorted[count++] = right == Count || (left < from && blocks[left].Clock < blocks[right].Clock) ? blocks[left++] : blocks[right++];
        }

        blocks = sorted;
        found = 0;
        FindContiguous();
    }

    /// <summary>Takes a new list of blocks and their content in place of the old.</summary>
    public void Replace(ReadOnlySpan<Block> newBlocks, ReadOnlySpan<byte> content)
    {
        Fit(ref blocks, newBlocks);
        Fit(ref buffer, content);
        (Count, BufferLength, found) = (newBlocks.Length, content.Length, 0);
    }

    /// <summary>Keeps the array where it wastes little, so that a document that is asked for after every keystroke does not allocate itself anew each time.</summary>
    private static void Fit<T>(ref T[] array, ReadOnlySpan<T> values)
    {
        if (values.Length > array.Length || array.Length - values.Length > 16 + (values.Length / 2))
        {
            array = values.ToArray();
        }
        else
        {
            values.CopyTo(array);
        }
    }

    private void FindContiguous()
    {
        foreach (ref readonly var block in Blocks[FirstEndingAfter(Contiguous)..])
        {
            if (block.Clock != Contiguous)
            {
                return;
            }

            Contiguous = block.End;
        }
    }
}
