namespace Relay.Sessions;

/// <summary>
/// What a session's log adds up to: the state of one document, in memory. All that sessions know of it is bytes. The
/// same updates give the same content on every node, whatever their order and however often one comes. Not thread-safe:
/// one owner at a time.
/// </summary>
/// <remarks>
/// An <em>update</em> is what connections send, what a log entry holds, and what a snapshot is: the encoded content is
/// the update that makes it from an empty one. A <em>diff</em> is the part of an update that is new, as an update. A
/// <em>state vector</em> says what a copy has. What these bytes mean is for the content alone.
/// </remarks>
internal interface IContent
{
    /// <summary>What it takes in memory, in bytes: kept up to date, not counted when it is asked for.</summary>
    long MemoryBytes { get; }

    /// <summary>
    /// Whether an update of so many bytes may make work due that goes through the whole content. Does not look
    /// at the content itself.
    /// </summary>
    bool MayBeCollected(long updateBytes);

    /// <summary>
    /// Whether even a small update, which may fill many holes, can take as long as going through the whole content.
    /// Costs nothing to ask for.
    /// </summary>
    bool HasManyHoles { get; }

    /// <summary>
    /// Reads what a connection sends: whether it is valid, what of it is new, and what the content would grow by.
    /// The content stays as it is.
    /// </summary>
    /// <param name="update">The bytes.</param>
    /// <param name="room">By how much the content may grow; what needs more is not put together.</param>
    /// <param name="diff">What is new.</param>
    /// <param name="error">Why the update is refused.</param>
    bool TryRead(ReadOnlyMemory<byte> update, long room, out InputDiff diff, out ContentError error);

    /// <summary>Says whether anything in an update is new. Takes no memory, and stops at the first new part.</summary>
    /// <returns>False if the update does not read as far as it was read.</returns>
    bool TryFindNews(ReadOnlySpan<byte> update, out bool isNew, out ContentError error);

    /// <summary>What of an update is new. The content stays as it is.</summary>
    /// <param name="update">The bytes.</param>
    /// <param name="news">The diff: the same memory when all is new, empty when no part is.</param>
    /// <param name="error">Why the update is refused.</param>
    /// <param name="isAccepted">It was accepted before, and is not refused for what has become known since.</param>
    bool TryGetNews(
        ReadOnlyMemory<byte> update, out ReadOnlyMemory<byte> news, out ContentError error, bool isAccepted = false);

    /// <summary>Applies an update, wholly or not at all. Nothing of its memory is kept.</summary>
    /// <param name="update">The bytes.</param>
    /// <param name="news">The diff, for the connections: the same memory when all was new, empty when no
    /// part was.</param>
    /// <param name="error">Why the update is refused. All nodes refuse the same.</param>
    bool TryApply(ReadOnlyMemory<byte> update, out ReadOnlyMemory<byte> news, out ContentError error);

    /// <summary>Whether an update that was new as a whole still is. Does not read the update.</summary>
    /// <param name="extent">What <see cref="TryRead"/> said of it.</param>
    /// <returns>False also where that is not known.</returns>
    bool HasNoneOf(in InputExtent extent);

    /// <summary>
    /// Whether everything that an update builds on is in the content or in the update itself, so that all of it takes
    /// effect at once.
    /// </summary>
    /// <param name="update">The bytes.</param>
    /// <param name="besides">What counts as known besides; null for none.</param>
    /// <returns>True also if the bytes do not read: that is for another check to say.</returns>
    bool HasPastOf(ReadOnlyMemory<byte> update, ITakenUpdates? besides = null);

    /// <summary>
    /// Whether it makes no difference to what a holder of a state vector lacks that it has the update as well.
    /// </summary>
    /// <returns>False also for bytes that do not read.</returns>
    bool HasNothingBeyond(ReadOnlySpan<byte> stateVector, ReadOnlyMemory<byte> update);

    /// <summary>The whole content, in one form only: equal contents give equal bytes.</summary>
    byte[] EncodeState();

    /// <summary>What the content has.</summary>
    byte[] EncodeStateVector();

    /// <summary>What a holder of a state vector lacks, as one update.</summary>
    /// <returns>False if the bytes are no state vector.</returns>
    bool TryEncodeDiff(ReadOnlySpan<byte> stateVector, out byte[] update, out ContentError error);

    /// <summary>Whether that is larger than so many bytes; does not put it together.</summary>
    /// <returns>False if the bytes are no state vector.</returns>
    bool TryCompareDiff(ReadOnlySpan<byte> stateVector, long bytes, out bool isLarger, out ContentError error);

    /// <summary>
    /// What a holder of a state vector lacks, in parts of which none takes effect before the last.
    /// </summary>
    /// <param name="stateVector">Exactly what the holder has.</param>
    /// <param name="sizes">How large the parts may be.</param>
    /// <param name="parts">The parts, in order; at least one.</param>
    /// <param name="error">Why the bytes are no state vector.</param>
    bool TryEncodeParts(
        ReadOnlySpan<byte> stateVector, AnswerSizes sizes, out IReadOnlyList<byte[]> parts, out ContentError error);

    /// <summary>The state vector as it is now, from which updates can be taken away.</summary>
    IPastContent Past();

    /// <summary>A note of updates that are on their way into the log, with none in it.</summary>
    ITakenUpdates Taken();
}
