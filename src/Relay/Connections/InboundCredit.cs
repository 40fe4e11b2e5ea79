namespace Relay.Connections;

/// <summary>
/// What a connection has handed in and what of it is not settled yet. Beyond the limit it reads no further, and TCP
/// pushes back: so neither a document that is still loading nor a log that cannot be reached makes a client's messages
/// pile up. What is more than a little is charged to the node's budget as well: so many connections cannot multiply
/// it. Thread-safe; one waits at a time.
/// </summary>
/// <param name="limit">How much of it may wait.</param>
/// <param name="budget">Of the node.</param>
internal sealed class InboundCredit(long limit, BufferBudget budget)
{
    /// <summary>What is charged is a multiple of this, so that small messages cost nothing that is shared.</summary>
    private const long Step = ChargedBuffer.FreeBytes;

    private readonly Lock gate = new();
    private long limit = limit;
    private long waiting;
    private long charged;
    private bool hasEnded;
    private TaskCompletionSource? room;

    /// <summary>While the node's budget is full, who has more than a little waiting reads no further.</summary>
    private bool HasRoom => waiting < limit && (charged == 0 || !budget.IsFull);

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
        TaskCompletionSource? free = null;
        lock (gate)
        {
            waiting -= bytes;
            Charge();
            if (HasRoom)
            {
                free = room;
                room = null;
            }
        }

        // Asynchronously: this is a session's thread.
        free?.TrySetResult();
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

    private void Charge()
    {
        var due = hasEnded ? 0 : waiting / Step * Step;
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
