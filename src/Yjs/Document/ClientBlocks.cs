using System.Runtime.CompilerServices;

namespace Relay.Yjs;

/// <summary>
/// All that one client wrote: its structs in clock order, their content, and which of its clocks are deleted.
/// </summary>
internal sealed class ClientBlocks(ulong id)
{
    /// <summary>This object and its <see cref="ClockRanges"/>, without their arrays.</summary>
    private const int ObjectBytes = 152;

    private Block[] blocks = [];
    private byte[] buffer = [];
    private int found;

    // Null where no clock is missing, and all blocks are in one list.
    private ClientHoles? holes;

    public ulong Id { get; } = id;

    /// <summary>The blocks in <see cref="Blocks"/>: all of them, once they are settled.</summary>
    public int Count { get; private set; }

    public ClockRanges Deletes { get; } = new();

    /// <summary>The clock before which nothing is missing.</summary>
    public long Contiguous { get; private set; }

    /// <summary>
    /// The clock before which every struct's origins and parent are known as well, so that Yjs would have integrated
    /// it.
    /// </summary>
    public long Integrated { get; set; }

    /// <summary>The clock after the last struct.</summary>
    public long End => holes is null ? Contiguous : Math.Max(Contiguous, holes.Islands.End);

    /// <summary>Whether something came since the blocks were last collected.</summary>
    public bool Changed { get; set; }

    /// <summary>The bytes of content, with those of content that was deleted since the last collection.</summary>
    public int BufferLength { get; private set; }

    public Span<Block> Blocks => blocks.AsSpan(0, Count);

    /// <summary>
    /// How many blocks the next collection may add, because it cuts those that are there: see
    /// <see cref="MemoryBytes"/>.
    /// </summary>
    public int ExpectedBlocks { get; set; }

    /// <summary>What of <see cref="MemoryBytes"/> the document has counted.</summary>
    public long CountedBytes { get; set; }

    /// <summary>What all this takes in memory, and what the next collection may add to it.</summary>
    public long MemoryBytes =>
        ObjectBytes + ArrayBytes((long)blocks.Length * Unsafe.SizeOf<Block>()) + ArrayBytes(buffer.Length)
        + Deletes.MemoryBytes
        + (holes?.MemoryBytes ?? 0) + ((long)ExpectedBlocks * Unsafe.SizeOf<Block>());

    public ReadOnlySpan<byte> Content(in Block block) => buffer.AsSpan(block.Content, block.ContentLength);

    /// <summary>
    /// Whether there is a struct at every clock from <paramref name="start"/> to before <paramref name="end"/>.
    /// </summary>
    public bool Covers(long start, long end) =>
        end <= Contiguous || (holes is not null && start >= Contiguous && holes.Islands.Covers(start, end));

    /// <summary>
    /// Whether there is a struct at any clock from <paramref name="start"/> to before <paramref name="end"/>.
    /// </summary>
    public bool Overlaps(long start, long end) =>
        start < Contiguous || (holes is not null && holes.Islands.Overlaps(start, end));

    /// <summary>Finds the first stretch without structs between two clocks.</summary>
    public bool TryFindGap(long start, long end, out long from, out long to)
    {
        (from, to) = (Math.Max(start, Contiguous), end);
        if (holes is not null && from < end)
        {
            from = holes.Islands.EndOfCovered(from);
            to = Math.Min(end, holes.Islands.StartOfCovered(from));
        }

        return from < end;
    }

    /// <summary>About how many stretches without structs there are between two clocks, beside one.</summary>
    public int GapsBetween(long start, long end) => holes?.Islands.CountBetween(Math.Max(start, Contiguous), end) ?? 0;

    /// <summary>
    /// The index of the first block that ends after <paramref name="clock"/>; <see cref="Count"/> if there is none.
    /// </summary>
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
                return ref holes!.BlockAt(clock);
            }
        }

        return ref blocks[next++];
    }

    /// <summary>The block at a clock at which there is one.</summary>
    public ref Block BlockAt(long clock)
    {
        var at = FirstEndingAfter(clock);
        if (at == Count || blocks[at].Clock > clock)
        {
            return ref holes!.BlockAt(clock);
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

    /// <summary>
    /// Brings blocks that were appended in their own order, from index <paramref name="from"/> on, to their places
    /// among those before.
    /// </summary>
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

        // There is a hole, or was until these came.
        holes ??= new ClientHoles();
        holes.Add(Blocks[from..end]);
        WorkMeter.Count(Count - from);
        Blocks[end..].CopyTo(blocks.AsSpan(from));
        Count -= end - from;
        if (holes.IsFull(Count))
        {
            Settle();
        }
    }

    /// <summary>Brings all blocks into one list.</summary>
    public void Settle()
    {
        if (holes is null)
        {
            return;
        }

        var early = holes.Early;
        if (early.Length > 0)
        {
            Reserve(Count + early.Length);
            ClientHoles.Merge(blocks, Count, early);
            (Count, found) = (Count + early.Length, 0);
            holes.ClearEarly();
        }

        holes = Contiguous == End ? null : holes;
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

    /// <summary>
    /// The index of the first of some blocks in clock order that ends after <paramref name="clock"/>, if the last one
    /// does.
    /// </summary>
    public static int FirstEndingAfter(ReadOnlySpan<Block> sorted, long clock)
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

    /// <summary>
    /// Keeps the array where it wastes little, so that a document that is asked for after every keystroke does not
    /// allocate itself anew each time.
    /// </summary>
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
        if (start > Contiguous)
        {
            (holes ??= new ClientHoles()).Islands.Add(start, end);
            return;
        }

        Contiguous = holes?.Islands.EndOfCovered(end) ?? end;
    }
}
