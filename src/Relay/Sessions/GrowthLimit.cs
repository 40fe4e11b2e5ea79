namespace Relay.Sessions;

/// <summary>
/// <c>Limits:MaxDocumentBytes</c> for one document: what it takes in memory, with what was taken for it and waits for
/// its append. Belongs to the session's mailbox.
/// </summary>
internal sealed class GrowthLimit(long maxBytes)
{
    private const int PartForDeletes = 8;

    private long waiting;

    /// <summary>What the document may grow by when all that waits is applied.</summary>
    public long Waiting => waiting;

    /// <summary>
    /// How far updates may exceed the limit that only delete: a document that is full can be emptied. The memory of what
    /// is deleted is given back when the document is saved.
    /// </summary>
    public long MoreForDeletes => maxBytes / PartForDeletes;

    /// <summary>How much the document may grow by.</summary>
    /// <param name="documentBytes">What the document takes now.</param>
    public long Room(long documentBytes) => maxBytes - documentBytes - waiting;

    /// <summary>An update waits for its append.</summary>
    public void Took(in OutboxItem item) => waiting += item.Growth;

    /// <summary>It is in the document, or says nothing new any more.</summary>
    public void Left(in OutboxItem item) => waiting -= item.Growth;

    /// <summary>All of an entry's updates are in the document.</summary>
    public void Left(IReadOnlyList<OutboxItem> items)
    {
        for (var i = 0; i < items.Count; i++)
        {
            waiting -= items[i].Growth;
        }
    }
}
