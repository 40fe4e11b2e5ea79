using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Relay.Health;

/// <summary>A node is ready from the end of its start to the beginning of its stop, or until it is drained.</summary>
internal sealed class LifetimeCheck(NodeState state) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
        Task.FromResult(
            state.IsLeaving ? HealthCheckResult.Unhealthy("this node stops, or was drained.")
            : state.WantsClients ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("this node starts."));
}
