namespace Relay;

/// <summary>Whether the node wants new clients: what <c>/health/ready</c> says to the load balancer. Thread-safe.</summary>
internal sealed class NodeState
{
    private volatile bool wantsClients;
    private volatile bool isLeaving;
    private volatile string? failure;
    private int awaited;

    /// <summary>It wants clients, and everything that it needs was reached once.</summary>
    public bool IsReady => wantsClients && Volatile.Read(ref awaited) == 0;

    /// <summary>From the end of its start to the beginning of its stop.</summary>
    public bool WantsClients
    {
        get => wantsClients;
        set
        {
            isLeaving |= wantsClients && !value;
            wantsClients = value;
        }
    }

    /// <summary>It wanted clients once and does so no more: it stops, or was drained.</summary>
    public bool IsLeaving => isLeaving;

    /// <summary>Why the node stops by itself, in one sentence; nothing while it does not.</summary>
    public string? Failure
    {
        get => failure;
        set => failure = value;
    }

    /// <summary>So many more things must be reached before the node is ready.</summary>
    public void Await(int things) => Interlocked.Add(ref awaited, things);

    /// <summary>One of them was reached.</summary>
    public void Passed() => Interlocked.Decrement(ref awaited);
}
