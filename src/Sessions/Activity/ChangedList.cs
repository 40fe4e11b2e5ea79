namespace Relay.Sessions;

/// <summary>
/// What changed since its one reader looked last, each once, so that a look costs changes and not what there is.
/// Thread-safe.
/// </summary>
/// <remarks>
/// A writer that finds its item listed does not take the lock, and orders its write and that test by no fence, because
/// this is on the way of every update. The reader makes up for that: after it has unlisted items it has all threads of
/// the process pass a fence. So a write that found its item listed is seen by the look, and a later one lists it again.
/// </remarks>
internal sealed class ChangedList<T>
    where T : class, IChangeable
{
    private const int LeastRoom = 1024;

    private readonly Lock gate = new();
    private List<T> changed = [];

    // What the look that is under way has not taken yet.
    private List<T> rest = [];

    /// <summary>How many are listed.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return changed.Count + rest.Count;
            }
        }
    }

    /// <summary>Lists an item that changed, if it is not listed.</summary>
    public void Add(T item)
    {
        lock (gate)
        {
            if (item.ListedAt < 0)
            {
                item.ListedAt = changed.Count;
                changed.Add(item);
            }
        }
    }

    /// <summary>An item has gone: no look takes it.</summary>
    public void Remove(T item)
    {
        lock (gate)
        {
            var at = item.ListedAt;
            if (at >= 0)
            {
                var list = at < changed.Count && changed[at] == item ? changed : rest;
                list[^1].ListedAt = at;
                list[at] = list[^1];
                item.ListedAt = -1;
                RemoveLast(list);
            }
        }
    }

    /// <summary>
    /// Begins a look at what is listed now; what changes from now on is for the next one. A look that has not taken all
    /// goes on.
    /// </summary>
    public void BeginLook()
    {
        lock (gate)
        {
            if (rest.Count == 0)
            {
                (changed, rest) = (rest, changed);
            }
        }
    }

    /// <summary>Takes a part of what the look has not taken yet.</summary>
    /// <param name="part">Is filled with it; empty at the end of the look.</param>
    /// <param name="most">How many at most: those who list items wait meanwhile.</param>
    public void Take(List<T> part, int most)
    {
        part.Clear();
        lock (gate)
        {
            while (part.Count < most && rest.Count > 0)
            {
                var item = rest[^1];
                item.ListedAt = -1;
                item.OnTaken();
                part.Add(item);
                RemoveLast(rest);
            }
        }

        if (part.Count > 0)
        {
            Interlocked.MemoryBarrierProcessWide();
        }
    }

    /// <summary>Whether the look that was begun last has taken everything.</summary>
    public bool IsLookOver
    {
        get
        {
            lock (gate)
            {
                return rest.Count == 0;
            }
        }
    }

    private static void RemoveLast(List<T> list)
    {
        list.RemoveAt(list.Count - 1);
        if (list.Capacity > LeastRoom && list.Count < list.Capacity / 4)
        {
            list.Capacity = list.Capacity / 2;
        }
    }
}
