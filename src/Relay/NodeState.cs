namespace Relay;

/// <summary>Whether the node wants new clients: what <c>/health/ready</c> says to the load balancer.</summary>
internal sealed class NodeState
{
    private volatile bool ready;

    public bool IsReady
    {
        get => ready;
        set => ready = value;
    }
}
