using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// <c>Limits:MaxDocumentBytes</c> for one document: what it takes in memory, with what was taken for it and waits for
/// its append. Belongs to the session's mailbox.
/// </summary>
internal sealed class GrowthLimit(long maxBytes)
{
    /// <summary>
    /// What part of the limit updates may exceed it by that only delete: a document that is full can be emptied. The
    /// memory of what is deleted is given back when the document is saved.
    /// </summary>
    private const int PartForDeletes = 8;

    private long waiting;

    /// <summary>Whether the document may grow by so much more.</summary>
    /// <param name="documentBytes">What the document takes now.</param>
    /// <param name="growth">What it would grow by, without <see cref="UpdateCost.FixedBytes"/>.</param>
    /// <param name="onlyDeletes">Whether it would only have more deleted.</param>
    public bool Allows(long documentBytes, long growth, bool onlyDeletes = false) =>
        documentBytes + waiting + growth + UpdateCost.FixedBytes
            <= maxBytes + (onlyDeletes ? maxBytes / PartForDeletes : 0);

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
