using Relay.Health;

namespace Relay.Doubles;

internal static class NodeStateWaiting
{
    /// <summary>Looks until the node is ready: no signal announces it, just as for a load balancer.</summary>
    public static async Task WhenReadyAsync(this NodeState state, TimeSpan patience)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        using var over = new CancellationTokenSource(patience);
        while (!state.IsReady)
        {
            await timer.WaitForNextTickAsync(over.Token);
        }
    }
}
