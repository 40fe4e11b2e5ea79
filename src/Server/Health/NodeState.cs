using Relay.Sockets;

namespace Relay.Health;

/// <summary>
/// Whether the node wants new clients: what <c>/health/ready</c> says to the load balancer. Thread-safe.
/// </summary>
/// <param name="descriptors">Says whether one more client would be served; null where that is not asked.</param>
internal sealed class NodeState(DescriptorBudget? descriptors = null)
{
    private volatile bool wantsClients;
    private volatile bool isLeaving;
    private volatile string? failure;
    private int awaited;

    /// <summary>Whether all checks of <c>/health/ready</c> pass.</summary>
    public bool IsReady => WantsClients && !AwaitsServices && HasRoom;

    /// <summary>A service was not reached yet since the start.</summary>
    public bool AwaitsServices => Volatile.Read(ref awaited) > 0;

    /// <summary>The limit of open files leaves room for one more client.</summary>
    public bool HasRoom => descriptors is not { HasRoom: false };

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

    /// <summary>Why the node stops by itself, in one sentence; null while it does not.</summary>
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
