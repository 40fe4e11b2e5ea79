using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// Documents whose removal from the locator was given up without an answer: it may still take effect, after this node
/// was added again. So a session of such a document adds its node once more, some time later. Thread-safe; remembers
/// the last ones.
/// </summary>
internal sealed class LateRemovals
{
    private const int Most = 4096;

    private readonly Lock gate = new();
    private readonly HashSet<DocumentName> names = [];
    private readonly Queue<DocumentName> order = new();

    public void Add(DocumentName name)
    {
        lock (gate)
        {
            if (!names.Add(name))
            {
                return;
            }

            order.Enqueue(name);
            if (order.Count > Most)
            {
                names.Remove(order.Dequeue());
            }
        }
    }

    /// <summary>Whether the document is one of them; it is forgotten then.</summary>
    public bool Take(DocumentName name)
    {
        lock (gate)
        {
            // Its place in the order stays: a later one of the same name may be forgotten too early, and no other.
            return names.Remove(name);
        }
    }
}
