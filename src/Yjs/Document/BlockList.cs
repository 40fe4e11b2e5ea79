using System.Runtime.CompilerServices;

namespace Relay.Yjs;

/// <summary>
/// Blocks in chunks. So adding one never copies all that were added before, arrays stay out of the large object heap,
/// and a collection needs no second list (<see cref="BlockRewrite"/>).
/// </summary>
/// <remarks>A mutable struct, which only its owner has: a document has one for each client.</remarks>
internal struct BlockList
{
    /// <summary>The blocks of a chunk, as a power of two: less than the 85,000 bytes of a large object.</summary>
#if SMALL_CHUNKS
    private const int ChunkShift = 2;
#else
    private const int ChunkShift = 10;
#endif

    public const int ChunkBlocks = 1 << ChunkShift;

    private const int InChunk = ChunkBlocks - 1;

    // The chunks before the last one, which are full; and the last one, which grows until it is.
    private Block[][] full = [];
    private int fullCount;
    private Block[] last = [];

    public BlockList()
    {
    }

    public int Count { get; private set; }

    /// <summary>What it takes in memory beside itself.</summary>
    public readonly long MemoryBytes
    {
        get
        {
            var chunks = fullCount * ArrayBytes(ChunkBlocks, Unsafe.SizeOf<Block>());
            return chunks + ArrayBytes(last.Length, Unsafe.SizeOf<Block>()) + ArrayBytes(full.Length, IntPtr.Size);
        }
    }

    /// <summary>The chunks before the last one.</summary>
    public readonly ReadOnlySpan<Block[]> Full => full.AsSpan(0, fullCount);

    /// <summary>The last chunk, with the room in it.</summary>
    public readonly Block[] Last => last;

    public readonly ref Block this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            var chunk = index >> ChunkShift;
            return ref (chunk < fullCount ? full[chunk] : last)[index & InChunk];
        }
    }

    public void Add(in Block block)
    {
        var at = Count - (fullCount << ChunkShift);
        if (at == last.Length)
        {
            at = MakeRoom(at, 1);
        }

        last[at] = block;
        Count++;
    }

    /// <summary>The index of the first block that ends after <paramref name="clock"/>, if the last one does.</summary>
    public readonly int FirstEndingAfter(long clock)
    {
        WorkMeter.Count();
        int low = 0, high = fullCount;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (full[middle][InChunk].End <= clock)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        var first = low << ChunkShift;
        var blocks = (low < fullCount ? full[low] : last).AsSpan(0, Math.Min(ChunkBlocks, Count - first));
        (low, high) = (0, blocks.Length - 1);
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

        return first + low;
    }

    /// <summary>Adds some of another list's blocks.</summary>
    public void AddRange(in BlockList others, int from, int to)
    {
        for (; from < to; from++)
        {
            WorkMeter.Count();
            Add(others[from]);
        }
    }

    /// <summary>Takes blocks out; those behind them move down.</summary>
    public void Remove(int from, int to)
    {
        for (; to < Count; to++, from++)
        {
            WorkMeter.Count();
            this[from] = this[to];
        }

        Count = from;
        var lastChunk = Math.Max(Count - 1, 0) >> ChunkShift;
        if (lastChunk < fullCount)
        {
            last = full[lastChunk];
            Array.Clear(full, lastChunk, fullCount - lastChunk);
            fullCount = lastChunk;
        }
    }

    /// <summary>
    /// Merges another list into this one, both in clock order: from the end, until the rest is in its place.
    /// </summary>
    public void Merge(in BlockList others)
    {
        int left = Count - 1, right = others.Count - 1;
        Extend(others.Count);
        for (var at = Count - 1; right >= 0; at--)
        {
            WorkMeter.Count();
            this[at] = left >= 0 && this[left].Clock > others[right].Clock ? this[left--] : others[right--];
        }
    }

    /// <summary>Takes other chunks in place of its own.</summary>
    public void Replace(ReadOnlySpan<Block[]> fullChunks, Block[] lastChunk, int lastCount)
    {
        if (fullChunks.Length > full.Length || full.Length > 2 * fullChunks.Length)
        {
            full = fullChunks.ToArray();
        }
        else
        {
            full.AsSpan().Clear();
            fullChunks.CopyTo(full);
        }

        (fullCount, last, Count) = (fullChunks.Length, lastChunk, (fullChunks.Length << ChunkShift) + lastCount);
    }

    private static long ArrayBytes(int length, int size) => length == 0 ? 0 : 24 + ((long)length * size);

    /// <summary>Makes it longer, with blocks that are still to be written.</summary>
    private void Extend(int by)
    {
        while (by > 0)
        {
            var at = Count - (fullCount << ChunkShift);
            if (at == last.Length)
            {
                at = MakeRoom(at, by);
            }

            var taken = Math.Min(by, last.Length - at);
            Count += taken;
            by -= taken;
        }
    }

    /// <summary>
    /// Makes the last chunk longer, or begins another one: by half of all blocks, up to a whole chunk. Returns the
    /// place of the next block in it.
    /// </summary>
    private int MakeRoom(int at, int added)
    {
        if (at == ChunkBlocks)
        {
            if (fullCount == full.Length)
            {
                Array.Resize(ref full, Math.Max(4, 2 * fullCount));
            }

            full[fullCount++] = last;
            last = [];
            at = 0;
        }

        WorkMeter.Count(at);
        var room = Count == 0 ? added : Math.Max(added, Math.Max(3, Count / 2));
        var larger = GC.AllocateUninitializedArray<Block>(Math.Min(ChunkBlocks, at + room));
        last.AsSpan(0, at).CopyTo(larger);
        last = larger;
        return at;
    }
}
