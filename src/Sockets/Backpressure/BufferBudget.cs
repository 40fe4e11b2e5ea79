namespace Relay.Sockets.Backpressure;

/// <summary>
/// What a node may buffer of pieces that are not whole yet, or not dealt with, over all connections and requests
/// (<c>Limits:MaxBufferedBytes</c>): so the largest message that one client may send cannot be multiplied by
/// connections. Small pieces are
/// not charged, so the way of an ordinary update costs nothing. Thread-safe.
/// </summary>
/// <remarks>
/// Who finds it full waits, in order. When the one that waits longest has waited for <see cref="Patience"/>, those
/// that came last are refused, one after the other, until the first ones go on: what they held is free then.
/// </remarks>
internal sealed class BufferBudget(long maxBytes, TimeProvider time)
{
    /// <summary>How long somebody waits before somebody is refused.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>From one refusal to the next: long enough for the refused one's bytes to be given back.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    /// <summary>Of the arrays that are kept for the next large pieces, what they take at the most.</summary>
    private const long MostIdle = 4 << 20;

    private readonly Lock gate = new();
    private readonly LinkedList<Waiter> waiters = [];
    private ITimer? timer;
    private long used;

    public long MaxBytes => maxBytes;

    /// <summary>
    /// Arrays for what is large. Those that use them charge them; the rest takes a small part of the budget, beside it.
    /// </summary>
    public LargeArrays Arrays { get; } = new(Math.Min(MostIdle, maxBytes / 16));

    /// <summary>What is charged at the moment.</summary>
    public long Used
    {
        get
        {
            lock (gate)
            {
                return used;
            }
        }
    }

    /// <summary>Whether nothing more can be taken at the moment.</summary>
    public bool IsFull => Used >= maxBytes;

    /// <summary>Charges bytes that are there already, whether there is room for them or not.</summary>
    public void Charge(long bytes)
    {
        lock (gate)
        {
            used += bytes;
        }
    }

    /// <summary>Charges bytes if there is room for them and no other waits for room.</summary>
    public bool TryTake(long bytes)
    {
        lock (gate)
        {
            if (waiters.Count > 0 || used + bytes > maxBytes)
            {
                return false;
            }

            used += bytes;
            return true;
        }
    }

    /// <summary>Charges bytes when there is room for them.</summary>
    /// <returns>
    /// False when they are refused, and not charged: the caller gives back what it holds, and its client may come
    /// again later.
    /// </returns>
    public ValueTask<bool> TakeAsync(long bytes, CancellationToken cancellation)
    {
        LinkedListNode<Waiter> node;
        lock (gate)
        {
            if (bytes > maxBytes)
            {
                return ValueTask.FromResult(false);
            }

            if (waiters.Count == 0 && used + bytes <= maxBytes)
            {
                used += bytes;
                return ValueTask.FromResult(true);
            }

            node = waiters.AddLast(new Waiter(bytes, time.GetTimestamp()));
            timer ??= time.CreateTimer(
                static self => ((BufferBudget)self!).OnTick(),
                this,
                Timeout.InfiniteTimeSpan,
                Timeout.InfiniteTimeSpan);
            if (waiters.Count == 1)
            {
                timer.Change(Patience, Step);
            }
        }

        return WaitAsync(node, cancellation);
    }

    /// <summary>Gives charged bytes back.</summary>
    public void Return(long bytes)
    {
        if (bytes == 0)
        {
            return;
        }

        lock (gate)
        {
            used -= bytes;
            Serve();
        }
    }

    private async ValueTask<bool> WaitAsync(LinkedListNode<Waiter> node, CancellationToken cancellation)
    {
        await using var given = cancellation.UnsafeRegister(
            static (state, token) => ((Waiter)state!).Task.TrySetCanceled(token), node.Value);
        try
        {
            return await node.Value.Task.Task;
        }
        catch (OperationCanceledException)
        {
            lock (gate)
            {
                if (node.List is not null)
                {
                    waiters.Remove(node);
                    Serve();
                }
            }

            throw;
        }
    }

    private void Serve()
    {
        while (waiters.First is { } first && used + first.Value.Bytes <= maxBytes)
        {
            waiters.RemoveFirst();

            // One that has given up meanwhile takes nothing.
            if (first.Value.Task.TrySetResult(true))
            {
                used += first.Value.Bytes;
            }
        }

        if (waiters.Count == 0)
        {
            timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    private void OnTick()
    {
        lock (gate)
        {
            if (waiters.First is { } first
                && waiters.Last is { } last
                && time.GetElapsedTime(first.Value.Since) >= Patience)
            {
                waiters.RemoveLast();
                last.Value.Task.TrySetResult(false);
                Serve();
            }
        }
    }

    private sealed record Waiter(long Bytes, long Since)
    {
        public TaskCompletionSource<bool> Task { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
