using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>What the writer made of a request, to be said once its group is written.</summary>
/// <param name="Request">The request.</param>
/// <param name="Document">Its document in the index; null if the request means one that has no log.</param>
/// <param name="Result">The answer.</param>
/// <param name="Header">The record, if <paramref name="Length"/> is not 0.</param>
/// <param name="At">Where in the group the record begins.</param>
/// <param name="Length">How long the record is; 0 for a request that needs none.</param>
/// <param name="Payload">The entry's payload.</param>
/// <param name="PreviousOfDocument">The index of the same document's staged entry before this one; -1 for none.</param>
/// <param name="Problem">Why the document is refused, or null.</param>
internal readonly record struct StagedRequest(
    LogRequest Request,
    IndexedDocument? Document,
    AppendResult Result,
    RecordHeader Header,
    int At,
    int Length,
    byte[] Payload,
    int PreviousOfDocument,
    string? Problem)
{
    /// <summary>
    /// For a checkpoint: the entry that it named, if the log holds that and none later was named before; otherwise
    /// <see cref="Position.None"/>.
    /// </summary>
    public Position Saved { get; init; }

    /// <summary>Whether the request stores an entry.</summary>
    public bool IsStoredEntry => Length > 0 && Header.Kind == RecordKind.Entry;

    /// <summary>
    /// Applies the record to its document, now that the group was stored; returns whether bytes ceased to count. The
    /// caller holds the index lock.
    /// </summary>
    /// <param name="segment">Where the group stands.</param>
    /// <param name="groupAt">Where in the segment it begins.</param>
    public bool Commit(Segment segment, long groupAt)
    {
        var place = new RecordPlace(segment, groupAt + At, Length);
        if (Header.Kind == RecordKind.Checkpoint)
        {
            var start = new Position(Header.Position.Epoch, Header.OtherOffset, Header.OtherId);
            Document!.Cover(Header.Position, start, place, Header.Time);
            return true;
        }

        return Document!.Commit(Header.Position, place, Header.Time, mends: Request.Mends);
    }
}
