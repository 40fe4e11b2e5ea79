namespace Relay.Sessions;

/// <summary>
/// <c>Limits:MaxDocumentBytes</c> for one document: what it takes in memory, with what was taken for it and waits for
/// its append; and its share of <c>Limits:MaxOpenBytes</c>. Belongs to the session's mailbox.
/// </summary>
internal sealed class GrowthLimit(long maxBytes, MemoryShare share)
{
    /// <summary>
    /// What arrays take beside what is in them: once in the growth by updates that are applied together.
    /// </summary>
    public const long FixedBytes = 256;

    private const int PartForDeletes = 8;

    private long documentBytes;
    private long waiting;

    /// <summary>What the document may grow by when all that waits is applied.</summary>
    public long Waiting => waiting;

    /// <summary>
    /// How much the document may grow by, by updates that only delete: one that is full can be emptied.
    /// </summary>
    public long Room => maxBytes + (maxBytes / PartForDeletes) - documentBytes - waiting;

    /// <summary>Why the document may not grow by so much more, or null.</summary>
    /// <param name="growth">What it would grow by, without <see cref="FixedBytes"/>.</param>
    /// <param name="onlyDeletes">
    /// Whether it would only have more deleted: its memory is given back when the document is saved.
    /// </param>
    public RefusalReason? Refuses(long growth, bool onlyDeletes) =>
        growth + FixedBytes > Room - (onlyDeletes ? 0 : maxBytes / PartForDeletes)
            ? RefusalReason.DocumentTooLarge
        : !(onlyDeletes ? share.AllowsDeletes(growth) : share.Allows(growth)) ? RefusalReason.NodeIsFull
        : null;

    /// <summary>The document has changed.</summary>
    /// <param name="bytes">What it takes now.</param>
    public void Holds(long bytes)
    {
        share.Add(bytes - documentBytes);
        documentBytes = bytes;
    }

    /// <summary>An update waits for its append, by which the document grows; negative when it waits no more.</summary>
    public void Wait(long growth)
    {
        waiting += growth;
        share.Add(growth);
    }
}
