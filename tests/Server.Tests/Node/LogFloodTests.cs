using Microsoft.Extensions.Logging;
using Relay.Doubles;
using Relay.Logging;

namespace Relay.Node;

public sealed class LogFloodTests
{
    [Fact]
    public async Task One_socket_cannot_flood_the_log_or_write_control_characters_into_it()
    {
        const int tokens = 3 * LineRate.Burst;
        using var log = new NodeLog();
        await using var node = await TestNode.StartAsync(
            builder => { builder.Logging.AddProvider(log); },
            times: null,
            directory: null,
            settings: ["Auth:Mode=jwt", "Auth:Jwt:Secret=a-secret-of-at-least-thirty-two-bytes"]);
        using var client = await node.ConnectAsync("/hocuspocus");
        var token = HocuspocusClient.Token("\u001b[2J\u202e" + new string('n', 800), "no token");
        for (var i = 0; i < tokens; i++)
        {
            await client.SendAsync(token);
            Assert.NotNull(await client.ReceiveAsync());
        }

        var refusals = log.Lines.Where(line => line.StartsWith("A client does not get", StringComparison.Ordinal));
        Assert.InRange(refusals.Count(), LineRate.Burst, tokens - 1);
        Assert.All(refusals, line => Assert.InRange(line.Length, 1, 400));
        Assert.DoesNotContain(log.Lines, line => line.Contains('\u001b') || line.Contains('\u202e'));
    }
}
