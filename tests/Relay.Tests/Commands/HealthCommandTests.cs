using System.Text;
using Relay.Doubles;
using Relay.Startup;

namespace Relay.Commands;

public sealed class HealthCommandTests
{
    [Fact]
    public async Task A_node_that_lives_is_asked_at_its_first_port()
    {
        await using var node = RawPeer.WithBody(Encoding.ASCII.GetBytes("live\n"));
        Assert.Equal(0, await RunAsync($"{PortOf(node)};1"));
        Assert.StartsWith("GET /health/live HTTP/1.1\r\n", await node.Asked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_refuses_is_not_healthy()
    {
        await using var node = RawPeer.WithStatus("503 Service Unavailable");
        Assert.Equal(1, await RunAsync(PortOf(node)));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("nonsense")]
    public async Task A_port_without_a_node_is_not_healthy_and_the_address_is_named(string ports)
    {
        using var errors = new StringWriter();
        Assert.Equal(1, await HealthCommand.RunAsync(ports, errors).WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Contains($"http://localhost:{ports}/health/live does not say", errors.ToString(),
            StringComparison.Ordinal);
    }

    private static string PortOf(RawPeer node) => node.Address[(node.Address.LastIndexOf(':') + 1)..];

    private static Task<int> RunAsync(string ports) =>
        HealthCommand.RunAsync(ports, TextWriter.Null).WaitAsync(TimeSpan.FromSeconds(60));
}
