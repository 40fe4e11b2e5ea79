using System.Runtime.CompilerServices;

namespace Relay.Yjs;

/// <summary>
/// What a client needs beside its blocks while it has holes: which clocks behind the first hole have structs, and the
/// blocks that came below others. Those go to a short sorted list that is merged into the
/// long one when it is full, so that filling a hole below n blocks moves about √n blocks instead of n.
/// </summary>
internal sealed class ClientHoles
{
    private const int SmallestEarly = 32;

    /// <summary>This object and its <see cref="ClockRanges"/>, without their arrays.</summary>
    private const int ObjectBytes = 104;

    private Block[] early = [];
    private int earlyCount;

    /// <summary>The clocks behind the first hole that have structs, and some before it.</summary>
    public ClockRanges Islands { get; } = new();

    /// <summary>The blocks that came below others, in clock order.</summary>
    public Span<Block> Early => early.AsSpan(0, earlyCount);

    public long MemoryBytes =>
        ObjectBytes + Islands.MemoryBytes
        + (early.Length == 0 ? 0 : 24 + ((long)early.Length * Unsafe.SizeOf<Block>()));

    /// <summary>Whether the list is full, beside so many blocks in the long one.</summary>
    public bool IsFull(int others) => earlyCount >= SmallestEarly && (long)earlyCount * earlyCount > others;

    public ref Block BlockAt(long clock) => ref early[ClientBlocks.FirstEndingAfter(Early, clock)];

    /// <summary>Takes blocks that came below others, in clock order.</summary>
    public void Add(ReadOnlySpan<Block> added)
    {
        if (early.Length < earlyCount + added.Length)
        {
            Array.Resize(ref early, earlyCount + Math.Max(added.Length, earlyCount / 2));
        }

        Merge(early, earlyCount, added);
        earlyCount += added.Length;
    }

    public void ClearEarly() => (early, earlyCount) = ([], 0);

    /// <summary>
    /// Merges from the end, into room behind the longer list, and stops where the rest is in its place.
    /// </summary>
    public static void Merge(Block[] target, int count, ReadOnlySpan<Block> added)
    {
        int left = count - 1, right = added.Length - 1;
        for (var at = count + added.Length - 1; right >= 0; at--)
        {
            WorkMeter.Count();
            target[at] = left >= 0 && target[left].Clock > added[right].Clock ? target[left--] : added[right--];
        }
    }
}
