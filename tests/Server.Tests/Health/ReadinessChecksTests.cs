using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Relay.Doubles;
using Relay.Sockets;

namespace Relay.Health;

public sealed class ReadinessChecksTests
{
    private const string Starts = "this node starts.";
    private const string Stops = "this node stops, or was drained.";
    private const string Waits = "a service that this node needs was not reached yet; its log says which.";
    private const string Full = "this node has as many connections as the limit of open files leaves room for.";

    private readonly NodeLog log = new();

    [Theory]
    [InlineData("starts", 0, true, Starts)]
    [InlineData("starts", 1, false, Starts)]
    [InlineData("runs", 0, true, null)]
    [InlineData("runs", 2, true, Waits)]
    [InlineData("runs", 1, false, Waits)]
    [InlineData("runs", 0, false, Full)]
    [InlineData("stops", 0, true, Stops)]
    [InlineData("stops", 1, false, Stops)]
    public async Task The_first_check_that_fails_says_why_and_the_node_knows_the_same(
        string stage, int awaited, bool hasRoom, string? reason)
    {
        var state = new NodeState(new DescriptorBudget(1000, hasRoom ? 500 : 0, 600, () => 1, () => 1));
        state.Await(awaited);
        if (stage != "starts")
        {
            state.WantsClients = true;
            state.WantsClients = stage == "runs";
        }

        var report = await CheckAsync(state);
        var failed = report.Entries.Values.FirstOrDefault(entry => entry.Status != HealthStatus.Healthy);
        Assert.Equal((reason, reason is null), (failed.Description, report.Status == HealthStatus.Healthy));
        Assert.Equal(reason is null, state.IsReady);
    }

    [Fact]
    public async Task A_check_that_fails_is_not_logged_each_time_that_a_load_balancer_asks()
    {
        var report = await CheckAsync(new NodeState());
        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.Empty(log.Lines);
    }

    private async Task<HealthReport> CheckAsync(NodeState state)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log));
        services.AddSingleton(state);
        services.AddReadinessChecks();
        await using var provider = services.BuildServiceProvider();
        return await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync();
    }
}
