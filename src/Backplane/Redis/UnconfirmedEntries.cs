using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>With <see cref="RedisBackplaneOptions.MinReplicas"/>: this node's own entries that may be in the log and that too few replicas are known to have. Nobody here may see them yet. Thread-safe.</summary>
internal sealed class UnconfirmedEntries
{
    private readonly Lock gate = new();
    private readonly Dictionary<DocumentName, HashSet<EntryId>> documents = [];

    public void Add(DocumentName document, EntryId id)
    {
        lock (gate)
        {
            if (!documents.TryGetValue(document, out var ids))
            {
                documents.Add(document, ids = []);
            }

            ids.Add(id);
        }
    }

    public void Remove(DocumentName document, EntryId id)
    {
        lock (gate)
        {
            if (documents.TryGetValue(document, out var ids) && ids.Remove(id) && ids.Count == 0)
            {
                documents.Remove(document);
            }
        }
    }

    /// <summary>The document's last listener left: whoever comes next begins with the log.</summary>
    public void Forget(DocumentName document)
    {
        lock (gate)
        {
            documents.Remove(document);
        }
    }

    public bool Has(DocumentName document, EntryId id)
    {
        lock (gate)
        {
            return documents.TryGetValue(document, out var ids) && ids.Contains(id);
        }
    }

    public bool HasAny(DocumentName document)
    {
        lock (gate)
        {
            return documents.ContainsKey(document);
        }
    }
}
