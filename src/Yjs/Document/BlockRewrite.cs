using System.Runtime.InteropServices;

namespace Relay.Yjs;

/// <summary>
/// Lays a list of blocks out anew, from left to right, while the old one is read from left to right: chunks that were
/// read are written to again. So it takes only a few chunks beside the list. Reused for the next list of the thread.
/// </summary>
internal sealed class BlockRewrite
{
    /// <summary>Chunks that are kept for the next list.</summary>
    private const int KeptChunks = 4;

    [ThreadStatic]
    private static BlockRewrite? unused;

    private readonly List<Block[]> spare = [];
    private readonly List<Block[]> written = [];
    private Block[] current = [];
    private int count;
    private int passedChunks;

    public bool IsEmpty => count == 0;

    /// <summary>The block that was written last; it may still grow.</summary>
    public ref Block Last => ref current[count - 1];

    /// <summary>Takes the thread's.</summary>
    public static BlockRewrite Rent()
    {
        var rewrite = unused ?? new BlockRewrite();
        unused = null;
        return rewrite;
    }

    /// <summary>Gives it back for the next collection.</summary>
    public void Return() => unused = this;

    public void Begin()
    {
        current = Take();
        (count, passedChunks) = (0, 0);
    }

    public void Add(in Block block)
    {
        if (count == BlockList.ChunkBlocks)
        {
            written.Add(current);
            current = Take();
            count = 0;
        }

        current[count++] = block;
    }

    /// <summary>The old list's blocks before an index are not needed any more.</summary>
    public void Pass(in BlockList old, int index)
    {
        for (; passedChunks < index / BlockList.ChunkBlocks && passedChunks < old.Full.Length; passedChunks++)
        {
            spare.Add(old.Full[passedChunks]);
        }
    }

    /// <summary>All was read and written: the list takes the new blocks in place of the old.</summary>
    public void End(ref BlockList list)
    {
        Pass(list, list.Count);
        WorkMeter.Count(count);
        var total = (written.Count * BlockList.ChunkBlocks) + count;
        var last = list.Last;
        if (Fits(last.Length))
        {
            current.AsSpan(0, count).CopyTo(last);
            spare.Add(current);
        }
        else if (Fits(current.Length))
        {
            last = current;
        }
        else
        {
            last = current.AsSpan(0, count).ToArray();
            spare.Add(current);
        }

        list.Replace(CollectionsMarshal.AsSpan(written), last, count);
        written.Clear();
        current = [];
        if (spare.Count > KeptChunks)
        {
            spare.RemoveRange(KeptChunks, spare.Count - KeptChunks);
        }

        // An array is kept where it wastes little, so that a document that is asked for after every keystroke does not
        // allocate itself anew each time.
        bool Fits(int length) => length >= count && length - count <= 16 + (total / 2);
    }

    private Block[] Take()
    {
        if (spare.Count == 0)
        {
            return GC.AllocateUninitializedArray<Block>(BlockList.ChunkBlocks);
        }

        var chunk = spare[^1];
        spare.RemoveAt(spare.Count - 1);
        return chunk;
    }
}
