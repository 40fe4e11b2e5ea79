namespace Relay.Links;

/// <summary>
/// What was sent on a link and is not acknowledged: presence among it is told in another way if the link breaks. Not
/// thread-safe.
/// </summary>
/// <param name="maxBytes">How much may be unacknowledged before the link waits.</param>
internal sealed class SentItems(long maxBytes)
{
    private readonly Queue<(ulong Number, List<LinkItem> Items, long Bytes, long At)> frames = new();
    private long bytes;

    public bool IsFull => bytes >= maxBytes;

    /// <summary>When the oldest frame was sent; null when all are acknowledged.</summary>
    public long? OldestAt => frames.TryPeek(out var oldest) ? oldest.At : null;

    public void Add(ulong number, List<LinkItem> items, long at)
    {
        long sum = items.Sum(item => (long)item.Bytes);
        frames.Enqueue((number, items, sum, at));
        bytes += sum;
    }

    /// <summary>All frames up to this number have arrived.</summary>
    public void Acknowledge(ulong number)
    {
        while (frames.TryPeek(out var oldest) && oldest.Number <= number)
        {
            frames.Dequeue();
            bytes -= oldest.Bytes;
        }
    }

    /// <summary>Takes all out.</summary>
    public IEnumerable<LinkItem> TakeAll()
    {
        var all = frames.SelectMany(frame => frame.Items).ToList();
        frames.Clear();
        bytes = 0;
        return all;
    }
}
