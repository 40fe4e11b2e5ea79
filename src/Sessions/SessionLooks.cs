namespace Relay.Sessions;

/// <summary>
/// Looks at every session of a table. Joins wait only while the sessions are noted down, because what a session says of
/// itself costs memory that no cache has; other looks wait for this one. Thread-safe.
/// </summary>
internal sealed class SessionLooks(SessionTable table)
{
    private readonly Lock looking = new();

    // Kept, so that a look takes no memory; empty between two looks.
    private readonly List<DocumentSession> lookedAt = [];

    /// <summary>Looks at every session that is here now.</summary>
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
