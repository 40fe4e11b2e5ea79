using System.Runtime.CompilerServices;

namespace Relay.Yjs;

/// <summary>
/// Sorted ranges of clocks in chunks. So adding one never copies all that were added before, and arrays stay out of the
/// large object heap: there, each array that is outgrown stays until the whole heap is collected.
/// </summary>
/// <remarks>A mutable struct, which only its owner has.</remarks>
internal struct RangeList
{
    /// <summary>The ranges of a chunk, as a power of two: less than the 85,000 bytes of a large object.</summary>
#if SMALL_CHUNKS
    private const int ChunkShift = 2;
#else
    private const int ChunkShift = 12;
#endif

    public const int ChunkRanges = 1 << ChunkShift;
    private const int InChunk = ChunkRanges - 1;
    private const int RangeBytes = 16;

    // The chunks before the last one, which are full; and the last one, which grows until it is.
    private ClockRange[][] full = [];
    private int fullCount;
    private ClockRange[] last = [];

    public RangeList()
    {
    }

    public int Count { get; private set; }

    /// <summary>The clock after the last range; 0 if there is none.</summary>
    public readonly long End => Count == 0 ? 0 : this[Count - 1].End;

    /// <summary>What it takes in memory beside itself.</summary>
    public readonly long MemoryBytes =>
        (fullCount * ArrayBytes(ChunkRanges, RangeBytes)) + ArrayBytes(last.Length, RangeBytes)
        + ArrayBytes(full.Length, IntPtr.Size);

    public readonly ref ClockRange this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            var chunk = index >> ChunkShift;
            return ref (chunk < fullCount ? full[chunk] : last)[index & InChunk];
        }
    }

    public static long ArrayBytes(int length, int size) => length == 0 ? 0 : 24 + ((long)length * size);

    public void Add(in ClockRange range)
    {
        var at = Count - (fullCount << ChunkShift);
        if (at == last.Length)
        {
            at = MakeRoom(at, 1);
        }

        last[at] = range;
        Count++;
    }

    /// <summary>The index of the first range that ends at a clock or after it.</summary>
    /// <param name="clock">The clock.</param>
    /// <param name="from">All ranges before this index end before the clock.</param>
    public readonly int FirstEndingAtOrAfter(long clock, int from = 0)
    {
        int low = from >> ChunkShift, high = fullCount;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (full[middle][InChunk].End < clock)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        var first = low << ChunkShift;
        var ranges = (low < fullCount ? full[low] : last).AsSpan(0, Math.Min(ChunkRanges, Count - first));
        var start = Math.Max(0, from - first);
        return first + start + FirstEndingAtOrAfter(ranges[start..], clock);
    }

    /// <summary>The index of the first range of a sorted list that ends at a clock or after it.</summary>
    public static int FirstEndingAtOrAfter(ReadOnlySpan<ClockRange> ranges, long clock)
    {
        int low = 0, high = ranges.Length;
        WorkMeter.Count();
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (ranges[middle].End < clock)
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

    /// <summary>The ranges from an index on that lie in the same chunk.</summary>
    public readonly Span<ClockRange> ChunkFrom(int index)
    {
        var chunk = index >> ChunkShift;
        var first = chunk << ChunkShift;
        return (chunk < fullCount ? full[chunk] : last)
            .AsSpan(0, Math.Min(ChunkRanges, Count - first))[(index - first)..];
    }

    /// <summary>Makes it longer, with ranges that are still to be written.</summary>
    public void Extend(int by)
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

    /// <summary>Takes ranges out; those behind them move down.</summary>
    public void Remove(int from, int to)
    {
        if (from == to)
        {
            return;
        }

        WorkMeter.CountBytes(RangeBytes * (Count - to));
        while (to < Count)
        {
            // As many at once as lie in one chunk, before and after.
            var source = ChunkFrom(to);
            var target = ChunkFrom(from);
            var moved = Math.Min(source.Length, target.Length);
            source[..moved].CopyTo(target);
            (from, to) = (from + moved, to + moved);
        }

        Count -= to - from;
        var lastChunk = Math.Max(Count - 1, 0) >> ChunkShift;
        if (lastChunk < fullCount)
        {
            last = full[lastChunk];
            Array.Clear(full, lastChunk, fullCount - lastChunk);
            fullCount = lastChunk;
        }
    }

    /// <summary>
    /// Makes the last chunk longer, or begins another one: by a quarter of all ranges, up to a whole chunk. Returns the
    /// place of the next range in it.
    /// </summary>
    private int MakeRoom(int at, int added)
    {
        if (at == ChunkRanges)
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
        var room = Math.Max(added, Math.Max(2, Count / 4));
        var larger = GC.AllocateUninitializedArray<ClockRange>(Math.Min(ChunkRanges, at + room));
        last.AsSpan(0, at).CopyTo(larger);
        last = larger;
        return at;
    }
}
