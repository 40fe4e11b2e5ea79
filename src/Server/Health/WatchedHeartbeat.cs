using Relay.DocLocator;

namespace Relay.Health;

/// <summary>A node's heartbeat, and what its beats say about the locator's table.</summary>
internal sealed class WatchedHeartbeat(INodeHeartbeat heartbeat, ServiceHealth health) : INodeHeartbeat
{
    public async ValueTask BeatAsync(CancellationToken cancellation)
    {
        try
        {
            await heartbeat.BeatAsync(cancellation);
        }
        catch (LocatorUnavailableException)
        {
            health.Failed();
            throw;
        }

        health.Worked();
    }
}
