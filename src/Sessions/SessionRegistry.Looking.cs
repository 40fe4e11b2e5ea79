namespace Relay.Sessions;

/// <summary>What there is, for those who keep no session waiting: totals, and looks at every session.</summary>
internal sealed partial class SessionRegistry
{
    private readonly Lock looking = new();

    // Kept, so that a look takes no memory; empty between two looks.
    private readonly List<DocumentSession> lookedAt = [];

    /// <summary>Sessions in memory, those included that are being loaded or left.</summary>
    public int Count => table.Count;

    /// <summary>What the sessions add up to.</summary>
    public DocumentTotals Totals => services.Totals;

    /// <summary>A node is dead: its clients are gone.</summary>
    public void NodeEnded(ulong node) =>
        LookAtAll(node, static (node, session) => session.Mailbox.PostElsewhere(() => session.OnNodeEnded(node)));

    /// <summary>A node that was taken for dead is there.</summary>
    public void NodeReturned(ulong node) =>
        LookAtAll(node, static (node, session) => session.Mailbox.PostElsewhere(() => session.OnNodeReturned(node)));

    /// <summary>
    /// Looks at every session that is here now. Joins wait only while the sessions are noted down, because what a
    /// session says of itself costs memory that no cache has; other looks wait for this one.
    /// </summary>
    public void LookAtAll<T>(T looker, Action<T, DocumentSession> look)
    {
        lock (looking)
        {
            table.CopyTo(lookedAt);
            try
            {
                foreach (var session in lookedAt)
                {
                    look(looker, session);
                }
            }
            finally
            {
                lookedAt.Clear();
            }
        }
    }
}
