namespace Relay.Connections;

/// <summary>
/// What a connection has handed in and what of it is not settled yet. Beyond the limit it reads no further, and TCP pushes back: so neither a document that is still loading nor a log that cannot be
/// reached makes a client's messages pile up. Thread-safe; one waits at a time.
/// </summary>
internal sealed class InboundCredit(long limit)
{
    private long limit = limit;
    private readonly Lock gate = new();
    private long waiting;
    private TaskCompletionSource? room;

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
        }
    }

    public void Settle(long bytes)
    {
        TaskCompletionSource? free = null;
        lock (gate)
        {
            waiting -= bytes;
            if (waiting < limit)
            {
                free = room;
                room = null;
            }
        }

        // Asynchronously: this is a session's thread.
        free?.TrySetResult();
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
}
