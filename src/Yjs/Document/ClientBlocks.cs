using System.Runtime.CompilerServices;

namespace Relay.Yjs;

/// <summary>
/// All that one client wrote: its structs in clock order, their content, and which of its clocks are deleted.
/// </summary>
internal sealed class ClientBlocks(ulong id)
{
    /// <summary>This object and its <see cref="ClockRanges"/>, without their arrays.</summary>
    private const int ObjectBytes = 200;

    /// <summary>A deleted range in the middle of a block makes it three: so many more.</summary>
    public const int BlocksPerCut = 2;

    private BlockList blocks = new();
    private ContentBuffer content = new();
    private int found;

    // Null where no clock is missing, and all blocks are in one list.
    private ClientHoles? holes;

    public ulong Id { get; } = id;

    /// <summary>The blocks in <see cref="Blocks"/>: all of them, once they are settled.</summary>
    public int Count => blocks.Count;

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

    /// <summary>About the bytes of content, with what was deleted of it since the last collection.</summary>
    public long ContentBytes => content.Length;

    /// <summary>The address after the content that was added last.</summary>
    public int ContentEnd => content.End;

    public ref readonly BlockList Blocks => ref blocks;

    /// <summary>
    /// How many blocks the next collection may add, because it cuts those that are there: see
    /// <see cref="MemoryBytes"/>.
    /// </summary>
    public int ExpectedBlocks { get; set; }

    /// <summary>What of <see cref="MemoryBytes"/> the document has counted.</summary>
    public long CountedBytes { get; set; }

    /// <summary>What of <see cref="Gaps"/> the document has counted.</summary>
    public int CountedGaps { get; set; }

    /// <summary>What all this takes in memory, and what the next collection may add to it.</summary>
    public long MemoryBytes =>
        ObjectBytes + blocks.MemoryBytes + content.MemoryBytes + Deletes.MemoryBytes
        + (holes?.MemoryBytes ?? 0) + ((long)ExpectedBlocks * Unsafe.SizeOf<Block>());

    public ReadOnlySpan<byte> Content(in Block block) => content.Of(block);

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

    /// <summary>About how many stretches without structs there are below the last struct.</summary>
    public int Gaps => holes?.Islands.Count ?? 0;

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

        return found = blocks.FirstEndingAfter(clock);
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

    /// <summary>Copies a part of a content behind all other and returns where it begins.</summary>
    public int AppendContent(ReadOnlySpan<byte> source, ContentSlice slice) => content.Add(source, slice);

    /// <summary>Whether so many bytes can be added right behind the content that was added last.</summary>
    public bool CanExtendContent(int bytes) => content.CanExtend(bytes);

    /// <summary>Adds a block behind all others, whatever its clock: see <see cref="Place"/>.</summary>
    public void Append(in Block block)
    {
        blocks.Add(block);
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
        holes.Add(blocks, from, end);
        blocks.Remove(from, end);
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

        if (holes.Early.Count > 0)
        {
            blocks.Merge(holes.Early);
            holes.ClearEarly();
            found = 0;
        }

        holes = Contiguous == End ? null : holes;
    }

    /// <summary>Begins to lay the content out anew.</summary>
    public ContentRewrite BeginRewrite(bool isInOrder) => new(content, isInOrder);

    /// <summary>Takes blocks and their content that were laid out anew.</summary>
    public void EndRewrite(BlockRewrite newBlocks, ContentRewrite newContent)
    {
        newBlocks.End(ref blocks);
        content = newContent.ToBuffer();
        (found, ExpectedBlocks) = (0, 0);
    }

    /// <summary>Notes that clocks are deleted; returns false if they all were.</summary>
    public bool TryDelete(long start, long end, bool mayCut)
    {
        if (Deletes.Covers(start, end))
        {
            return false;
        }

        var ranges = Deletes.Count;
        Deletes.Add(start, end);
        mayCut &= start < End && Deletes.Count > ranges;
        ExpectedBlocks += mayCut ? BlocksPerCut : 0;
        Changed = true;
        return true;
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
