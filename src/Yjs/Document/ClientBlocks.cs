using System.Runtime.CompilerServices;

namespace Relay.Yjs;

/// <summary>All that one client wrote: its structs in clock order, their content, and which of its clocks are deleted.</summary>
/// <remarks>
/// Blocks that come below others, into a hole, go to a short sorted list that is merged into the long one when it is full, so that filling a hole of n blocks moves about √n blocks instead of n.
/// </remarks>
internal sealed class ClientBlocks(ulong id)
{
    private const int SmallestEarly = 32;

    /// <summary>This object and its <see cref="ClockRanges"/>, without their arrays.</summary>
    private const int ObjectBytes = 168;
    private const int IslandsBytes = 40;

    private Block[] blocks = [];
    private byte[] buffer = [];
    private Block[] early = [];
    private int earlyCount;
    private int found;

    // The clocks behind the first hole that have structs; null without a hole.
    private ClockRanges? islands;

    public ulong Id { get; } = id;

    /// <summary>The blocks in <see cref="Blocks"/>: all of them, once they are settled.</summary>
    public int Count { get; private set; }

    public ClockRanges Deletes { get; } = new();

    /// <summary>The clock before which nothing is missing.</summary>
    public long Contiguous { get; private set; }

    /// <summary>The clock before which every struct's origins and parent are known as well, so that Yjs would have integrated it.</summary>
    public long Integrated { get; set; }

    /// <summary>The clock after the last struct.</summary>
    public long End { get; private set; }

    /// <summary>Whether something came since the blocks were last collected.</summary>
    public bool Changed { get; set; }

    /// <summary>The bytes of content, with those of content that was deleted since the last collection.</summary>
    public int BufferLength { get; private set; }

    public Span<Block> Blocks => blocks.AsSpan(0, Count);

    /// <summary>How many blocks the next collection may add, because it cuts those that are there: see <see cref="MemoryBytes"/>.</summary>
    public int ExpectedBlocks { get; set; }

    /// <summary>What of <see cref="MemoryBytes"/> the document has counted.</summary>
    public long CountedBytes { get; set; }

    /// <summary>What all this takes in memory, and what the next collection may add to it.</summary>
    public long MemoryBytes => ObjectBytes + BlockBytes(blocks.Length) + BlockBytes(early.Length) + ArrayBytes(buffer.Length) + Deletes.MemoryBytes
        + (islands is null ? 0 : IslandsBytes + islands.MemoryBytes) + ((long)ExpectedBlocks * Unsafe.SizeOf<Block>());

    public ReadOnlySpan<byte> Content(in Block block) => buffer.AsSpan(block.Content, block.ContentLength);

    /// <summary>Whether there is a struct at every clock from <paramref name="start"/> to before <paramref name="end"/>.</summary>
    public bool Covers(long start, long end) => end <= Contiguous || (islands is not null && start >= Contiguous && islands.Covers(start, end));

    /// <summary>Whether there is a struct at any clock from <paramref name="start"/> to before <paramref name="end"/>.</summary>
    public bool Overlaps(long start, long end) => start < Contiguous || (islands is not null && islands.Overlaps(start, end));

    /// <summary>Finds the first stretch without structs between two clocks.</summary>
    public bool TryFindGap(long start, long end, out long from, out long to)
    {
        (from, to) = (Math.Max(start, Contiguous), end);
        if (islands is not null && from < end)
        {
            from = islands.EndOfCovered(from);
            to = Math.Min(end, islands.StartOfCovered(from));
        }

        return from < end;
    }

    /// <summary>About how many stretches without structs there are between two clocks, beside one.</summary>
    public int GapsBetween(long start, long end) => islands?.CountBetween(Math.Max(start, Contiguous), end) ?? 0;

    /// <summary>The index of the first block that ends after <paramref name="clock"/>; <see cref="Count"/> if there is none.</summary>
    public int FirstEndingAfter(long clock)
    {
        var known = Count;
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

        return found = FirstEndingAfter(Blocks, clock);
    }

    /// <summary>The block at a clock at which there is one.</summary>
    /// <param name="clock">The clock.</param>
    /// <param name="next">Where it is looked for first; then where the next one is to be expected.</param>
    public ref Block BlockAt(long clock, ref int next)
    {
        if (next >= Count || blocks[next].Clock != clock)
        {
            next = FirstEndingAfter(clock);
            if (next == Count || blocks[next].Clock > clock)
            {
                return ref early[FirstEndingAfter(early.AsSpan(0, earlyCount), clock)];
            }
        }

        return ref blocks[next++];
    }

    /// <summary>The block at a clock at which there is one.</summary>
    public ref Block BlockAt(long clock)
    {
        var at = FirstEndingAfter(clock);
        if (earlyCount > 0 && (at == Count || blocks[at].Clock > clock))
        {
            return ref early[FirstEndingAfter(early.AsSpan(0, earlyCount), clock)];
        }

        return ref blocks[at];
    }

    /// <summary>Copies a part of a content to the end of the buffer and returns where it begins.</summary>
    public int AppendContent(ReadOnlySpan<byte> content, ContentSlice slice)
    {
        var at = BufferLength;
        var length = checked(at + slice.Bytes);
        if (length > buffer.Length)
        {
            WorkMeter.CountBytes(at);
            Array.Resize(ref buffer, (int)Math.Min(Array.MaxLength, Math.Max(length + 16L, length + (length / 2L))));
        }

        BlockContent.Copy(content, slice, buffer.AsSpan(at));
        BufferLength = length;
        return at;
    }

    /// <summary>Adds a block behind all others, whatever its clock: see <see cref="Place"/>.</summary>
    public void Append(in Block block)
    {
        Reserve(Count + 1);
        blocks[Count++] = block;
        Cover(block.Clock, block.End);
    }

    /// <summary>Makes the last block longer: the content at the end of the buffer is its own.</summary>
    public void ExtendLast(long length, int contentBytes)
    {
        ref var last = ref blocks[Count - 1];
        Cover(last.End, last.End + length);
        last.Length += length;
        last.ContentLength += contentBytes;
    }

    /// <summary>Brings blocks that were appended in their own order, from index <paramref name="from"/> on, to their places among those before.</summary>
    public void Place(int from)
    {
        if (from == 0 || from == Count || blocks[from].Clock > blocks[from - 1].Clock)
        {
            return;
        }

        var end = from + 1;
        while (end < Count && blocks[end].Clock < blocks[from - 1].Clock)
        {
            end++;
        }

        var added = Blocks[from..end];
        if (early.Length < earlyCount + added.Length)
        {
            Array.Resize(ref early, earlyCount + Math.Max(added.Length, earlyCount / 2));
        }

        Merge(early, earlyCount, added);
        earlyCount += added.Length;
        WorkMeter.Count(Count - from);
        Blocks[end..].CopyTo(blocks.AsSpan(from));
        Count -= added.Length;
        if (earlyCount >= SmallestEarly && (long)earlyCount * earlyCount > Count)
        {
            Settle();
        }
    }

    /// <summary>Brings all blocks into one list.</summary>
    public void Settle()
    {
        if (earlyCount == 0)
        {
            return;
        }

        Reserve(Count + earlyCount);
        Merge(blocks, Count, early.AsSpan(0, earlyCount));
        Count += earlyCount;
        (early, earlyCount, found) = ([], 0, 0);
    }

    /// <summary>Takes a new list of blocks and their content in place of the old.</summary>
    public void Replace(ReadOnlySpan<Block> newBlocks, ReadOnlySpan<byte> content)
    {
        WorkMeter.Count(newBlocks.Length);
        WorkMeter.CountBytes(content.Length);
        Fit(ref blocks, newBlocks);
        Fit(ref buffer, content);
        (Count, BufferLength, found, ExpectedBlocks) = (newBlocks.Length, content.Length, 0, 0);
    }

    private static int FirstEndingAfter(ReadOnlySpan<Block> sorted, long clock)
    {
        int low = 0, high = sorted.Length - 1;
        WorkMeter.Count();
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (sorted[middle].End <= clock)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>Merges from the end, into room behind the longer list, and stops where the rest is in its place.</summary>
    private static void Merge(Block[] target, int count, ReadOnlySpan<Block> added)
    {
        int left = count - 1, right = added.Length - 1;
        for (var at = count + added.Length - 1; right >= 0; at--)
        {
            WorkMeter.Count();
            target[at] = left >= 0 && target[left].Clock > added[right].Clock ? target[left--] : added[right--];
        }
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

    private static long BlockBytes(int count) => ArrayBytes((long)count * Unsafe.SizeOf<Block>());

    private static long ArrayBytes(long bytes) => bytes == 0 ? 0 : 24 + bytes;

    private void Reserve(int count)
    {
        if (count > blocks.Length)
        {
            WorkMeter.Count(Count);
            Array.Resize(ref blocks, Count == 0 ? count : Math.Max(count, Count + Math.Max(3, Count / 2)));
        }
    }

    /// <summary>Notes that there are structs at clocks at which there were none.</summary>
    private void Cover(long start, long end)
    {
        End = Math.Max(End, end);
        if (start > Contiguous)
        {
            (islands ??= new ClockRanges()).Add(start, end);
            return;
        }

        Contiguous = end;
        if (islands is not null)
        {
            Contiguous = islands.EndOfCovered(end);
            islands = Contiguous == End ? null : islands;
        }
    }
}
