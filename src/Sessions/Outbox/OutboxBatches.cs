namespace Relay.Sessions;

/// <summary>
/// Makes one entry of the updates that wait, each looked at again: what was new when it came may have been logged
/// since, because a client that reconnects sends again what its old connection had in flight. Belongs to the session's
/// mailbox.
/// </summary>
/// <param name="content">The logged document.</param>
/// <param name="session">Sends a connection what it lacks.</param>
internal sealed class OutboxBatches(LoggedDocument content, IOutboxSession session)
{
    /// <summary>The number of the batch.</summary>
    private long number;

    /// <summary>Merges the updates of a batch.</summary>
    public ReadOnlyMemory<byte> Merge(List<OutboxItem> items)
    {
        if (items.Count == 1)
        {
            return items[0].Update;
        }

        return content.Kind.TryMerge(items.ConvertAll(static item => item.Update), out var merged, out var error)
            ? merged
            : throw new InvalidOperationException($"Updates that were checked do not merge: {error}");
    }

    /// <summary>The updates of which something is still new; the others are acknowledged.</summary>
    public List<OutboxItem> Take(List<OutboxItem> waiting)
    {
        number++;
        var items = new List<OutboxItem>(waiting.Count);
        foreach (var item in waiting)
        {
            AddStillNew(items, item);
        }

        return items;
    }

    private void AddStillNew(List<OutboxItem> items, in OutboxItem item)
    {
        var from = item.From;
        if (item.IsRecovery || item.Version == content.Version || content.Document.HasNoneOf(item.Extent))
        {
            Add(items, item);
            return;
        }

        var diff = content.DiffOf(item.Update);
        if (!diff.IsEmpty)
        {
            Add(items, item with { Update = diff, Extent = default });
        }
        else if (from is not null && from.LastAppend == number)
        {
            // Its receipt waits for those before it; the log bears the repetition.
            Add(items, item);
        }
        else
        {
            content.Limit.Wait(-item.Growth);
            if (from is { IsAttached: true })
            {
                from.Receipts.Settle(from.Receipts.Acknowledge(item.Settles, item.IsEchoed ? item.Update : default));
                session.Pump(from);
            }
        }
    }

    private void Add(List<OutboxItem> items, in OutboxItem item)
    {
        items.Add(item);
        if (item.From is not null)
        {
            item.From.LastAppend = number;
        }
    }
}
