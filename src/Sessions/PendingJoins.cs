using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// How many joins are under way that each session's mailbox has not seen; most sessions have none. Belongs to the
/// table's lock.
/// </summary>
internal sealed class PendingJoins
{
    private readonly Dictionary<DocumentSession, int> counts = [];

    public bool Has(DocumentSession session) => counts.ContainsKey(session);

    /// <summary>A connection or a request has chosen the session.</summary>
    public void Begin(DocumentSession session) => counts[session] = counts.GetValueOrDefault(session) + 1;

    /// <summary>The session has seen it.</summary>
    public void End(DocumentSession session)
    {
        if (counts.GetValueOrDefault(session) is var pending and > 1)
        {
            counts[session] = pending - 1;
        }
        else
        {
            counts.RemoveAndShrink(session);
        }
    }
}
