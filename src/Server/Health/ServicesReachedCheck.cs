using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Relay.Health;

/// <summary>
/// A node is ready when it has reached every service once. A service that is lost later leaves the node ready: all
/// nodes lose it at the same time, and their clients have nowhere else to go.
/// </summary>
internal sealed class ServicesReachedCheck(NodeState state) : IHealthCheck
{
    private const string Reason = "a service that this node needs was not reached yet; its log says which.";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
        Task.FromResult(state.AwaitsServices ? HealthCheckResult.Unhealthy(Reason) : HealthCheckResult.Healthy());
}
