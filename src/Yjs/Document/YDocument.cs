namespace Relay.Yjs;

/// <summary>
/// A Yjs document as a relay needs it: the set of structs and the set of deletes, not the integrated sequence. Applying an update is a set union: order-free and idempotent, with no
/// queue of pending updates. Not thread-safe: one owner at a time.
/// </summary>
public sealed class YDocument
{
    /// <param name="garbageCollection">Drop deleted content, as Yjs does by default. False serves clients with <c>gc: false</c>.</param>
    public YDocument(bool garbageCollection = true) => GarbageCollection = garbageCollection;

    public bool GarbageCollection { get; }

    /// <summary>Whether nothing was ever applied: no struct and no delete.</summary>
    public bool IsEmpty => throw new NotSupportedException();

    /// <summary>An estimate of what the document takes in memory, in bytes.</summary>
    public long MemoryBytes => throw new NotSupportedException();

    /// <summary>Adds an update (format V1), wholly or not at all.</summary>
    /// <param name="update">The bytes. Nothing of this memory is kept.</param>
    /// <param name="news">The part that was new, as an update: the same memory when all was, empty when nothing was.</param>
    /// <param name="error">Why the update was refused.</param>
    public bool TryApply(ReadOnlyMemory<byte> update, out ReadOnlyMemory<byte> news, out YjsError error) => throw new NotSupportedException();

    /// <summary>Says what <see cref="TryApply"/> would find new, and changes nothing.</summary>
    public bool TryGetNews(ReadOnlyMemory<byte> update, out ReadOnlyMemory<byte> news, out YjsError error) => throw new NotSupportedException();

    /// <summary>The state vector: per client, the clock up to which nothing is missing.</summary>
    public byte[] EncodeStateVector() => throw new NotSupportedException();

    /// <summary>The whole document as one update. Equal documents give equal bytes. An empty document gives <c>00 00</c>.</summary>
    public byte[] EncodeState() => throw new NotSupportedException();

    /// <summary>The update that a holder of <paramref name="stateVector"/> lacks: structs beyond it and the whole delete set.</summary>
    public bool TryEncodeDiff(ReadOnlySpan<byte> stateVector, out byte[] update, out YjsError error) => throw new NotSupportedException();

    /// <summary>
    /// What a holder of <paramref name="stateVector"/> lacks, in parts of at most <paramref name="maxBytes"/> or one uncuttable value, in causal order, each with the delete ranges of
    /// its own structs; the last part has all remaining delete ranges. There is always at least one part.
    /// </summary>
    public bool TryEncodeParts(ReadOnlySpan<byte> stateVector, int maxBytes, out IReadOnlyList<byte[]> parts, out YjsError error) => throw new NotSupportedException();

    /// <summary>Merges updates into one that says the same, without losing content, known or unknown.</summary>
    public static bool TryMerge(IReadOnlyList<ReadOnlyMemory<byte>> updates, out byte[] merged, out YjsError error) => throw new NotSupportedException();
}
