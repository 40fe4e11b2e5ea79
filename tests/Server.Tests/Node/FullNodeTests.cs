using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Relay.Doubles;
using Relay.Sockets;

namespace Relay.Node;

/// <summary>
/// A node that has hardly a descriptor left, of which a test with a process shows the whole
/// (<c>tests/clients/descriptors.test.mjs</c>).
/// </summary>
public sealed class FullNodeTests
{
    private const string Reason = "his node has as many connections as the limit of open files leaves room for";

    [Fact]
    public async Task A_node_without_room_says_how_it_does_and_refuses_everything_else()
    {
        var log = new NodeLog();
        await using var node = await StartAsync(briefBelow: long.MaxValue, log);
        Assert.Equal((200, true, "live\n"), await AskAsync(node, "/health/live"));
        Assert.Equal((503, true, $"not ready: t{Reason}.\n"), await AskAsync(node, "/health/ready"));
        Assert.Equal(200, (await AskAsync(node, "/metrics")).Status);
        var (status, closes, _) = await AskAsync(node, "/");
        Assert.Equal((503, true), (status, closes));
        const string refusal = $"T{Reason}; connect again later.";
        Assert.Equal((503, refusal, "limit"), await node.RefusedAsync("GET", "/api/documents/doc"));
        Assert.Equal((503, refusal), await node.RefusedAsync("/yjs/doc"));
        Assert.Single(log.Lines, line => line.StartsWith("New clients are refused on 127.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_no_descriptor_can_be_spared_the_answer_is_short_and_the_node_goes_on()
    {
        await using var node = await StartAsync(briefBelow: 0, new NodeLog());
        for (var i = 0; i < 3; i++)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(node.Address.Host, node.Address.Port).WaitAsync(TestNode.Patience);
            using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
            var answer = await reader.ReadToEndAsync().WaitAsync(TestNode.Patience);
            Assert.StartsWith("HTTP/1.1 503 Service Unavailable\r\nRetry-After: ", answer, StringComparison.Ordinal);
        }
    }

    private static Task<TestNode> StartAsync(long briefBelow, NodeLog log) => TestNode.StartAsync(builder =>
    {
        builder.Logging.AddProvider(log);
        builder.Services.AddSingleton(new DescriptorBudget(1000, 0, briefBelow, () => 1, () => 1));
    });

    private static async Task<(int Status, bool Closes, string Body)> AskAsync(TestNode node, string path)
    {
        using var answer = await node.Http.GetAsync(new Uri(path, UriKind.Relative)).WaitAsync(TestNode.Patience);
        var body = await answer.Content.ReadAsStringAsync();
        return ((int)answer.StatusCode, answer.Headers.ConnectionClose == true, body);
    }
}
