using System.Buffers;

namespace Relay.Yjs;

/// <summary>
/// The content of a client's blocks while a collection lays it out anew: in the array in which it is read, or in one of
/// the pool.
/// </summary>
internal struct ContentRewrite
{
    private readonly byte[] read;
    private readonly byte[] target;

    private ContentRewrite(byte[] read, byte[] target) => (this.read, this.target) = (read, target);

    /// <summary>The bytes that were written.</summary>
    public int Length { get; private set; }

    public static ContentRewrite InPlace(byte[] bytes) => new(bytes, bytes);

    /// <param name="bytes">What is read.</param>
    /// <param name="length">How much is written, at most.</param>
    public static ContentRewrite Elsewhere(byte[] bytes, int length) => new(bytes, ArrayPool<byte>.Shared.Rent(length));

    /// <summary>Writes a part of a block's content; returns where it begins now.</summary>
    public int Add(in Block block, ContentSlice slice)
    {
        var at = Length;
        Length += slice.Bytes;
        var isThere = target == read && block.Content + slice.Start == at && !slice.ReplacementBefore;
        if (!isThere || slice.ReplacementAfter)
        {
            BlockContent.Copy(read.AsSpan(block.Content, block.ContentLength), slice, target.AsSpan(at));
        }

        return at;
    }

    /// <summary>Some of what was written.</summary>
    public readonly ReadOnlySpan<byte> Written(int from, int length) => target.AsSpan(from, length);

    /// <summary>Copies what was written elsewhere to where it was read, and gives the pool its array back.</summary>
    public readonly void CopyBackTo(byte[] bytes)
    {
        if (target != bytes)
        {
            WorkMeter.CountBytes(Length);
            target.AsSpan(0, Length).CopyTo(bytes);
            ArrayPool<byte>.Shared.Return(target);
        }
    }
}
