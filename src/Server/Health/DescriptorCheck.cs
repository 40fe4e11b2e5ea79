using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Relay.Health;

/// <summary>A node is ready while the limit of open files leaves room for one more client.</summary>
internal sealed class DescriptorCheck(NodeState state) : IHealthCheck
{
    private const string Reason = "this node has as many connections as the limit of open files leaves room for.";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
        Task.FromResult(state.HasRoom ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(Reason));
}
