namespace Relay.Connections;

/// <summary>
/// What a connection has handed in and what of it is not settled yet. Beyond the limit it reads no further, and TCP
/// pushes back: so neither a document that is still loading nor a log that cannot be reached makes a client's messages
/// pile up. What waits for the client's own later messages must not keep them out: it has a bound of its own, and is
/// charged to the node's budget. Thread-safe; one waits at a time.
/// </summary>
/// <param name="limit">What may wait before the connection reads no further.</param>
/// <param name="mostHeld">What may wait for later messages.</param>
/// <param name="budget">What waits for later messages is charged to it, beyond a small amount.</param>
internal sealed class InboundCredit(long limit, long mostHeld, BufferBudget budget)
{
    private readonly Lock gate = new();
    private long waiting;
    private long held;
    private long charged;
    private bool isOver;
    private TaskCompletionSource? room;

    public void Add(long bytes)
    {
        lock (gate)
        {
            waiting += bytes;
        }
    }

    public void Settle(long bytes)
    {
        TaskCompletionSource? free;
        lock (gate)
        {
            free = Subtract(bytes);
        }

        // Asynchronously: this is a session's thread.
        free?.TrySetResult();
    }

    /// <summary>Of what was handed in, so much waits for later messages, and does not count meanwhile.</summary>
    /// <returns>False, and no change, if that is too much for the connection or for the node.</returns>
    public bool TryHold(long bytes)
    {
        TaskCompletionSource? free;
        lock (gate)
        {
            if (isOver)
            {
                return true;
            }

            var more = ChargeFor(held + bytes) - charged;
            if (held + bytes > mostHeld || (more > 0 && !budget.TryTake(more)))
            {
                return false;
            }

            held += bytes;
            charged += more;
            free = Subtract(bytes);
        }

        free?.TrySetResult();
        return true;
    }

    /// <summary>So much of what was held counts again.</summary>
    public void TakeUp(long bytes)
    {
        lock (gate)
        {
            if (!isOver)
            {
                held -= bytes;
                waiting += bytes;
                budget.Return(charged - ChargeFor(held));
                charged = ChargeFor(held);
            }
        }
    }

    /// <summary>All that is held counts again.</summary>
    public void TakeUp()
    {
        lock (gate)
        {
            TakeUp(held);
        }
    }

    /// <summary>The connection is gone, with all that was held.</summary>
    public void End()
    {
        lock (gate)
        {
            isOver = true;
            budget.Return(charged);
            charged = 0;
        }
    }

    /// <summary>Completes when there is room for another message, of whatever size.</summary>
    public ValueTask WaitAsync(CancellationToken cancellation)
    {
        lock (gate)
        {
            if (waiting < limit)
            {
                return ValueTask.CompletedTask;
            }

            room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(room.Task.WaitAsync(cancellation));
        }
    }

    private static long ChargeFor(long held) => Math.Max(0, held - ChargedBuffer.FreeBytes);

    private TaskCompletionSource? Subtract(long bytes)
    {
        waiting -= bytes;
        if (waiting >= limit)
        {
            return null;
        }

        var free = room;
        room = null;
        return free;
    }
}
