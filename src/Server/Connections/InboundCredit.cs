using Relay.Sockets.Backpressure;

namespace Relay.Connections;

/// <summary>
/// What a connection has handed in and what of it is not settled yet. Beyond the limit it reads no further, and TCP
/// pushes back: so neither a document that is still loading nor a log that cannot be reached makes a client's messages
/// pile up. What waits for the client's own later messages must not keep them out: it has a bound of its own. What is
/// more than a little is charged to the node's budget as well: so many connections cannot multiply it. Thread-safe; one
/// waits at a time.
/// </summary>
/// <param name="limit">How much of it may wait.</param>
/// <param name="mostHeld">How much may wait for later messages.</param>
/// <param name="budget">Of the node.</param>
internal sealed class InboundCredit(long limit, long mostHeld, BufferBudget budget)
{
    /// <summary>What is charged is a multiple of this, so that small messages touch no shared counter.</summary>
    private const long Step = ChargedBuffer.FreeBytes;

    private readonly Lock gate = new();
    private long limit = limit;
    private long waiting;
    private long held;
    private long charged;
    private bool hasEnded;
    private TaskCompletionSource? room;

    /// <summary>While the node's budget is full, who has more than a little waiting reads no further.</summary>
    private bool HasRoom => waiting < limit && (waiting < Step || hasEnded || !budget.IsFull);

    /// <summary>From now on so much may wait. Called by the one who waits.</summary>
    public void LimitTo(long bytes)
    {
        lock (gate)
        {
            limit = bytes;
        }
    }

    public void Add(long bytes)
    {
        lock (gate)
        {
            waiting += bytes;
            Charge();
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
            if (held + bytes > mostHeld || (held + bytes >= Step && budget.IsFull && !hasEnded))
            {
                return false;
            }

            held += bytes;
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
            held -= bytes;
            waiting += bytes;
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

    /// <summary>The connection is over: its session drops what waits.</summary>
    public void End()
    {
        lock (gate)
        {
            hasEnded = true;
            budget.Return(charged);
            charged = 0;
        }
    }

    /// <summary>Completes when there is room for another message, of whatever size.</summary>
    public ValueTask WaitAsync(CancellationToken cancellation)
    {
        lock (gate)
        {
            if (HasRoom)
            {
                return ValueTask.CompletedTask;
            }

            room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(room.Task.WaitAsync(cancellation));
        }
    }

    private TaskCompletionSource? Subtract(long bytes)
    {
        waiting -= bytes;
        Charge();
        if (!HasRoom)
        {
            return null;
        }

        var free = room;
        room = null;
        return free;
    }

    private void Charge()
    {
        var due = hasEnded ? 0 : (waiting + held) / Step * Step;
        if (due > charged)
        {
            budget.Charge(due - charged);
        }
        else
        {
            budget.Return(charged - due);
        }

        charged = due;
    }
}
