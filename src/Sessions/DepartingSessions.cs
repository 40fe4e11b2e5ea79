using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// Documents of which a session was removed and is not freed yet: the next one loads only after that.
/// Belongs to the table's lock.
/// </summary>
internal sealed class DepartingSessions
{
    private readonly Dictionary<DocumentName, int> counts = [];
    private readonly Dictionary<DocumentName, TaskCompletionSource> waiters = [];

    public bool IsEmpty => counts.Count == 0;

    /// <summary>How many sessions these are.</summary>
    public int Count { get; private set; }

    public bool Contains(DocumentName name) => counts.ContainsKey(name);

    public void Add(DocumentName name)
    {
        counts[name] = counts.GetValueOrDefault(name) + 1;
        Count++;
    }

    /// <summary>A session of the document has freed everything.</summary>
    /// <param name="name">The document.</param>
    /// <param name="waiter">Is to be completed, outside the lock; null if no caller waits.</param>
    /// <returns>Whether it was the last one.</returns>
    public bool Remove(DocumentName name, out TaskCompletionSource? waiter)
    {
        waiter = null;
        Count--;
        if (--counts[name] > 0)
        {
            return false;
        }

        counts.RemoveAndShrink(name);
        waiters.Remove(name, out waiter);
        return true;
    }

    /// <summary>Completes when the last session of the document that there is now has freed everything.</summary>
    public Task WhenGoneAsync(DocumentName name)
    {
        if (!waiters.TryGetValue(name, out var waiter))
        {
            waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiters.Add(name, waiter);
        }

        return waiter.Task;
    }
}
