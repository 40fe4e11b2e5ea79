namespace Relay.Yjs;

/// <summary>
/// The content of a client's blocks while a collection lays it out anew, in the order of the blocks. Where it has that
/// order already, it stays in its chunks: what is written never overtakes what is still to be read, because a
/// collection makes no content longer. Else it is copied to others.
/// </summary>
internal struct ContentRewrite
{
    private readonly bool isInPlace;
    private ContentBuffer buffer;
    private ContentBuffer copy = new();
    private int chunk;
    private int length;

    /// <param name="buffer">What is read.</param>
    /// <param name="isInOrder">Whether it has the order of the blocks, and none that is larger than a chunk is
    /// cut.</param>
    public ContentRewrite(in ContentBuffer buffer, bool isInOrder) => (this.buffer, isInPlace) = (buffer, isInOrder);

    /// <summary>The address after what was written last.</summary>
    public readonly int End => isInPlace ? ContentBuffer.Address(chunk, length) : copy.End;

    /// <summary>Writes a part of a block's content; returns its address.</summary>
    public int Add(in Block block, ContentSlice slice)
    {
        if (!isInPlace)
        {
            return copy.Add(buffer.Of(block), slice);
        }

        // Where it does not fit it comes from a later chunk, so the present one is not read any more.
        var bytes = slice.Bytes;
        while (bytes > 0 && !ContentBuffer.HasRoom(buffer.Chunk(chunk), length, bytes))
        {
            buffer.FitFull(chunk, length);
            (chunk, length) = (chunk + 1, 0);
        }

        var address = End;
        var isThere = block.Content + slice.Start == address && !slice.ReplacementBefore && !slice.ReplacementAfter;
        if (!isThere)
        {
            BlockContent.Copy(buffer.Of(block), slice, buffer.Chunk(chunk).AsSpan(length));
        }

        length += bytes;
        return address;
    }

    /// <summary>Some of what was written.</summary>
    public readonly ReadOnlySpan<byte> Written(int address, int bytes) =>
        bytes == 0 ? default : (isInPlace ? buffer : copy).At(address, bytes);

    /// <summary>All was written: what the content is now.</summary>
    public ContentBuffer ToBuffer()
    {
        if (!isInPlace)
        {
            return copy;
        }

        buffer.Truncate(chunk, length);
        return buffer;
    }
}
