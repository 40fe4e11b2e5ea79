namespace Relay.Yjs;

/// <summary>
/// The content of a client's blocks, with what was deleted of it since the last collection, in chunks: adding some
/// never copies all that was added before, and what is no larger than a chunk is no large object.
/// </summary>
/// <remarks>
/// An address is the number of a chunk and a place in it. What is larger than a chunk has one of its own. A mutable
/// struct, which only its owner has: a document has one for each client.
/// </remarks>
internal struct ContentBuffer
{
    /// <summary>The bytes of a chunk, as a power of two: less than the 85,000 bytes of a large object.</summary>
#if SMALL_CHUNKS
    private const int ChunkShift = 4;
#else
    private const int ChunkShift = 16;
#endif

    public const int ChunkBytes = 1 << ChunkShift;

    private const int SmallestRoom = 16;

    private const int MostChunks = 1 << (31 - ChunkShift);

    // The chunks before the last one, and what they take; and the last one, which grows up to the size of a chunk.
    private byte[][] full = [];
    private int fullCount;
    private int lastLength;
    private byte[] last = [];
    private long fullBytes;

    public ContentBuffer()
    {
    }

    /// <summary>About how many bytes of content there are.</summary>
    public readonly long Length => fullBytes + lastLength;

    /// <summary>The address after the content that was added last.</summary>
    public readonly int End => Address(fullCount, lastLength);

    /// <summary>What it takes in memory beside itself.</summary>
    public readonly long MemoryBytes => fullBytes + ArrayBytes(last.Length) + ArrayBytes(full.Length * IntPtr.Size);

    /// <summary>The address of a place in a chunk.</summary>
    public static int Address(int chunk, int at) => (chunk << ChunkShift) + at;

    /// <summary>
    /// Whether some bytes have room in a chunk from a place on. What is larger than a chunk stands alone.
    /// </summary>
    public static bool HasRoom(byte[] chunk, int at, int bytes) =>
        at + bytes <= (at == 0 ? chunk.Length : Math.Min(chunk.Length, ChunkBytes));

    /// <summary>Whether a block's content ends at an address, in the same chunk.</summary>
    public static bool EndsAt(in Block block, int address) =>
        block.Content + block.ContentLength == address && (block.Content ^ address) < ChunkBytes;

    /// <summary>Whether as many bytes can be added right behind the content that was added last.</summary>
    public readonly bool CanExtend(int bytes) => lastLength + bytes <= ChunkBytes;

    public readonly ReadOnlySpan<byte> Of(in Block block) =>
        block.ContentLength == 0 ? default : At(block.Content, block.ContentLength);

    public readonly ReadOnlySpan<byte> At(int address, int length) =>
        Chunk(address >> ChunkShift).AsSpan(address & (ChunkBytes - 1), length);

    public readonly byte[] Chunk(int number) => number < fullCount ? full[number] : last;

    /// <summary>Copies a part of a content behind all other and returns its address.</summary>
    public int Add(ReadOnlySpan<byte> content, ContentSlice slice)
    {
        var bytes = slice.Bytes;
        if (lastLength + bytes > Math.Min(last.Length, ChunkBytes))
        {
            MakeRoom(bytes);
        }

        var address = Address(fullCount, lastLength);
        BlockContent.Copy(content, slice, last.AsSpan(lastLength));
        lastLength += bytes;
        return address;
    }

    /// <summary>Keeps some chunks, the last of them up to a place, which were written anew.</summary>
    public void Truncate(int chunk, int length)
    {
        if (chunk < fullCount)
        {
            last = full[chunk];
            Array.Clear(full, chunk, fullCount - chunk);
            fullCount = chunk;
        }

        (lastLength, fullBytes) = (length, 0);
        for (var i = 0; i < fullCount; i++)
        {
            fullBytes += ArrayBytes(full[i].Length);
        }

        last = Fit(last, length);
    }

    /// <summary>What of a full chunk was written anew is all that is in it.</summary>
    public readonly void FitFull(int chunk, int length) => full[chunk] = Fit(full[chunk], length);

    /// <summary>
    /// Keeps the array where it wastes little, so that a document that is asked for after every keystroke does not
    /// allocate itself anew each time.
    /// </summary>
    private static byte[] Fit(byte[] array, int length) =>
        array.Length - length > 16 + (length / 2) ? Resize(array, length, length) : array;

    private static byte[] Resize(byte[] array, int kept, int size)
    {
        WorkMeter.CountBytes(kept);
        var resized = size == 0 ? [] : GC.AllocateUninitializedArray<byte>(size);
        array.AsSpan(0, kept).CopyTo(resized);
        return resized;
    }

    private static long ArrayBytes(int bytes) => bytes == 0 ? 0 : 24 + bytes;

    /// <summary>
    /// Makes the last chunk longer, by half of it up to a whole chunk, or begins another one. That has little room at
    /// first, as what comes at once may be all that comes.
    /// </summary>
    private void MakeRoom(int bytes)
    {
        if (bytes == 0)
        {
            return;
        }

        if (lastLength + bytes <= ChunkBytes)
        {
            var room = bytes + Math.Max(SmallestRoom, lastLength / 2);
            last = Resize(last, lastLength, Math.Min(ChunkBytes, lastLength + room));
            return;
        }

        if (lastLength > 0)
        {
            if (fullCount == MostChunks - 1)
            {
                throw new OverflowException("The content of one client exceeds 2 GB.");
            }

            if (fullCount == full.Length)
            {
                Array.Resize(ref full, Math.Max(4, 2 * fullCount));
            }

            full[fullCount++] = Fit(last, lastLength);
            fullBytes += ArrayBytes(full[fullCount - 1].Length);
        }

        last = GC.AllocateUninitializedArray<byte>(Math.Max(bytes, Math.Min(ChunkBytes, bytes + SmallestRoom)));
        lastLength = 0;
    }
}
