using Relay.Yjs;

namespace Relay.DocLocator;

/// <summary>
/// The table that the locators of several nodes in one process share; a node on its own has one to itself. Thread-safe:
/// every operation is one step under one lock, so of two nodes that add themselves to a document at the same time one
/// comes first and the other sees it. Its content ends with the process.
/// </summary>
/// <param name="time">Decides which heartbeats have expired.</param>
/// <param name="expiry">How long a heartbeat lasts.</param>
public sealed class InMemoryLocatorTable(TimeProvider time, TimeSpan expiry)
{
    private readonly Lock gate = new();
    private readonly Dictionary<DocumentName, HashSet<NodeIdentity>> holders = [];
    private readonly Dictionary<NodeIdentity, DateTimeOffset> liveUntil = [];

    /// <summary>How many documents have holders: an emptied set is not kept.</summary>
    public int Documents
    {
        get
        {
            lock (gate)
            {
                return holders.Count;
            }
        }
    }

    /// <summary>The locator of one node at one start.</summary>
    public InMemoryDocumentLocator LocatorFor(NodeIdentity node) => new(this, node);

    internal IReadOnlyList<string> Add(DocumentName document, NodeIdentity node)
    {
        lock (gate)
        {
            if (!holders.TryGetValue(document, out var set))
            {
                holders.Add(document, set = []);
            }

            var now = time.GetUtcNow();

            // An earlier start at this node's own address is dead whatever its heartbeat says: two processes cannot
            // listen there.
            string[] others = [
                .. set.Where(other => other.Address != node.Address && IsLive(other, now))
                .Select(other => other.Address).Distinct()];
            set.Add(node);
            return others;
        }
    }

    internal void Remove(DocumentName document, NodeIdentity node)
    {
        lock (gate)
        {
            if (holders.TryGetValue(document, out var set) && set.Remove(node) && set.Count == 0)
            {
                holders.RemoveAndShrink(document);
            }
        }
    }

    internal void Beat(NodeIdentity node)
    {
        lock (gate)
        {
            liveUntil[node] = time.GetUtcNow() + expiry;
        }
    }

    private bool IsLive(NodeIdentity node, DateTimeOffset now) =>
        liveUntil.TryGetValue(node, out var until) && now < until;
}
