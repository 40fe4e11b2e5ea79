namespace Relay.Protocols.Hocuspocus;

/// <summary>
/// Turns in the order of their coming, of which one is under way at a time. The caller does what a turn is for, and
/// says when it is done. Thread-safe.
/// </summary>
internal sealed class TurnQueue<T>
    where T : struct, ITurn
{
    private readonly Lock gate = new();
    private readonly Queue<T> waiting = new();
    private T current;

    /// <summary>About how many of those that wait are over.</summary>
    private int over;
    private bool isBusy;

    /// <summary>Gives a turn its place; true if it is under way now, and the caller has to go on with it.</summary>
    public bool TryBegin(in T turn)
    {
        lock (gate)
        {
            if (isBusy)
            {
                waiting.Enqueue(turn);
                return false;
            }

            isBusy = true;
            current = turn;
            return true;
        }
    }

    /// <summary>
    /// The turn under way is done, and the caller deals with its end. True if none waits; otherwise the caller has to
    /// see that <see cref="TryNext"/> is called, which gives no turn as done then.
    /// </summary>
    public bool TryEnd()
    {
        lock (gate)
        {
            current = default;
            isBusy = waiting.Count > 0;
            return !isBusy;
        }
    }

    /// <summary>The turn under way is done, and the next one is under way if there is one.</summary>
    /// <param name="done">The turn that is done.</param>
    /// <param name="next">The next one; turns that are over are left out.</param>
    public bool TryNext(out T done, out T next)
    {
        lock (gate)
        {
            done = current;
            isBusy = TryTake(out next);
            current = next;
            return isBusy;
        }
    }

    /// <summary>A turn that waits is over. When most are, they go.</summary>
    public void CountOver()
    {
        lock (gate)
        {
            if (++over <= waiting.Count / 2)
            {
                return;
            }

            over = 0;
            for (var left = waiting.Count; left > 0; left--)
            {
                var turn = waiting.Dequeue();
                if (!turn.IsOver)
                {
                    waiting.Enqueue(turn);
                }
            }
        }
    }

    private bool TryTake(out T next)
    {
        while (waiting.TryDequeue(out next))
        {
            if (!next.IsOver)
            {
                return true;
            }
        }

        return false;
    }
}
