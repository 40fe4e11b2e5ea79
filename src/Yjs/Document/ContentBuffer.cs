namespace Relay.Yjs;

/// <summary>
/// The content of a client's blocks in one array, with what was deleted of it since the last collection.
/// </summary>
/// <remarks>A mutable struct, which only its owner has: a document has one for each client.</remarks>
internal struct ContentBuffer
{
    private byte[] bytes = [];

    public ContentBuffer()
    {
    }

    public int Length { get; private set; }

    /// <summary>What it takes in memory beside itself.</summary>
    public readonly long MemoryBytes => bytes.Length == 0 ? 0 : 24 + (long)bytes.Length;

    public readonly ReadOnlySpan<byte> Of(in Block block) =>
        block.ContentLength == 0 ? default : bytes.AsSpan(block.Content, block.ContentLength);

    /// <summary>Copies a part of a content to the end and returns where it begins.</summary>
    public int Add(ReadOnlySpan<byte> content, ContentSlice slice)
    {
        var at = Length;
        var length = checked(at + slice.Bytes);
        if (length > bytes.Length)
        {
            Resize((int)Math.Min(Array.MaxLength, Math.Max(length + 16L, length + (length / 2L))));
        }

        BlockContent.Copy(content, slice, bytes.AsSpan(at));
        Length = length;
        return at;
    }

    /// <summary>
    /// Begins to lay the content out anew, in the order of the blocks. Where it has that order already, it stays in its
    /// array: what is written never comes before what is still to be read, because a collection makes no content
    /// longer.
    /// </summary>
    /// <param name="isInOrder">Whether it has that order.</param>
    public readonly ContentRewrite BeginRewrite(bool isInOrder) =>
        isInOrder ? ContentRewrite.InPlace(bytes) : ContentRewrite.Elsewhere(bytes, Length);

    /// <summary>
    /// Takes what was laid out anew. The array is kept where it wastes little, so that a document that is asked for
    /// after every keystroke does not allocate itself anew each time.
    /// </summary>
    public void EndRewrite(in ContentRewrite rewrite)
    {
        rewrite.CopyBackTo(bytes);
        Length = rewrite.Length;
        if (bytes.Length - Length > 16 + (Length / 2))
        {
            Resize(Length);
        }
    }

    private void Resize(int size)
    {
        var kept = Math.Min(Length, size);
        WorkMeter.CountBytes(kept);
        var resized = size == 0 ? [] : GC.AllocateUninitializedArray<byte>(size);
        bytes.AsSpan(0, kept).CopyTo(resized);
        bytes = resized;
    }
}
