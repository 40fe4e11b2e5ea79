using Relay.Yjs;

namespace Relay.Links;

/// <summary>
/// What waits for one link, in its order: of each client of a document only the presence that was told last. Bounded.
/// Not thread-safe.
/// </summary>
/// <param name="maxBytes">
/// How much may wait. Beyond it applications' messages are dropped; anything else says that the link is stuck.
/// </param>
internal sealed class LinkQueue(long maxBytes)
{
    private readonly Queue<Slot> waiting = new();

    /// <summary>The slot of each document into which presence that comes now may be merged.</summary>
    private readonly Dictionary<DocumentName, Slot> open = [];

    /// <summary>What waits takes.</summary>
    public long Bytes { get; private set; }

    public bool IsEmpty => waiting.Count == 0;

    /// <summary>Messages of applications that were dropped.</summary>
    public long Dropped { get; private set; }

    /// <summary>Adds an item; false if it has no room and must not be dropped.</summary>
    public bool TryAdd(in LinkItem item)
    {
        if (item.Kind == LinkItemKind.Changes && open.TryGetValue(item.Document, out var slot)
            && slot.Item.Opening == item.Opening)
        {
            var before = slot.Bytes;
            if (Bytes + item.Bytes <= maxBytes && slot.Changes!.TryAdd(item.Content))
            {
                Bytes += slot.Bytes - before;
                return true;
            }
        }

        if (Bytes + item.Bytes > maxBytes)
        {
            var isDropped = item.Kind == LinkItemKind.Stateless;
            Dropped += isDropped ? 1 : 0;
            return isDropped;
        }

        Enqueue(item);
        return true;
    }

    /// <summary>Takes items up to about this many bytes, at least one if there is one.</summary>
    public List<LinkItem> Take(long bytes)
    {
        var taken = new List<LinkItem>();
        for (long sum = 0; sum < bytes && waiting.TryDequeue(out var slot); sum += slot.Bytes)
        {
            Bytes -= slot.Bytes;
            if (open.TryGetValue(slot.Item.Document, out var latest) && latest == slot)
            {
                open.Remove(slot.Item.Document);
            }

            taken.Add(slot.Changes is { } changes ? slot.Item with { Content = changes.Encode() } : slot.Item);
        }

        return taken;
    }

    private void Enqueue(in LinkItem item)
    {
        var slot = new Slot(item);
        waiting.Enqueue(slot);
        Bytes += slot.Bytes;
        if (item.Kind == LinkItemKind.Changes)
        {
            open[item.Document] = slot;
        }
        else if (item.Kind == LinkItemKind.Here)
        {
            // It may say that clients are gone which it does not name: what comes later must come behind it.
            open.Remove(item.Document);
        }
    }

    private sealed class Slot(LinkItem item)
    {
        public LinkItem Item => item;

        public PendingChanges? Changes { get; } =
            item.Kind == LinkItemKind.Changes ? new PendingChanges(item.Content) : null;

        public int Bytes => Changes is null ? item.Bytes : item.Bytes - item.Content.Length + Changes.Bytes;
    }
}
