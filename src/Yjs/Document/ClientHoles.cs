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
    private const int ObjectBytes = 120;

    private BlockList early = new();

    /// <summary>The clocks behind the first hole that have structs, and some before it.</summary>
    public ClockRanges Islands { get; } = new();

    /// <summary>The blocks that came below others, in clock order.</summary>
    public ref readonly BlockList Early => ref early;

    public long MemoryBytes => ObjectBytes + Islands.MemoryBytes + early.MemoryBytes;

    /// <summary>Whether the list is full, beside so many blocks in the long one.</summary>
    public bool IsFull(int others) => early.Count >= SmallestEarly && (long)early.Count * early.Count > others;

    public ref Block BlockAt(long clock) => ref early[early.FirstEndingAfter(clock)];

    /// <summary>Takes blocks that came below others, in clock order, from a list.</summary>
    public void Add(in BlockList blocks, int from, int to)
    {
        if (early.Count == 0)
        {
            early.AddRange(blocks, from, to);
            return;
        }

        var added = new BlockList();
        added.AddRange(blocks, from, to);
        early.Merge(added);
    }

    public void ClearEarly() => early = new BlockList();
}
