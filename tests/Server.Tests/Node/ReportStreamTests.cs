using System.Net;
using System.Text;
using System.Text.Json;
using Relay.Doubles;

namespace Relay.Node;

/// <summary>The events of which dashboards are made: who gets them, and when they end.</summary>
public sealed class ReportStreamTests
{
    [Fact]
    public async Task All_dashboards_of_a_node_share_one_reader_and_without_one_nothing_is_read()
    {
        var others = new OtherNodes();
        await using var node = await others.StartNodeAsync();
        Assert.Equal(0, others.Reads);
        using (var first = await WatchAsync(node))
        using (var second = await WatchAsync(node))
        {
            Assert.Equal(0, (await first.NextAsync()).Totals.Connections);
            using var client = await node.ConnectAsync();
            await first.UntilAsync(view => view.Totals.Connections == 1);
            await second.UntilAsync(view => view.Totals.Connections == 1);
            Assert.Equal(2, node.Dashboards.Watchers);
        }

        // Who goes without a word is noticed by the next event.
        var end = DateTime.UtcNow + TestNode.Patience;
        while (node.Dashboards.Watchers > 0)
        {
            Assert.True(DateTime.UtcNow < end, "The dashboards are still there.");
            await Task.Yield();
        }

        var reads = others.Reads;
        using var third = await WatchAsync(node);

        // The first one may be what the others were told last.
        await third.NextAsync();
        await third.NextAsync();
        Assert.True(others.Reads > reads);
    }

    [Fact]
    public async Task A_node_stops_in_time_although_a_dashboard_went_in_the_middle_of_an_event()
    {
        var node = await new OtherNodes().StartNodeAsync();
        using (var socket = new System.Net.Sockets.TcpClient())
        {
            await socket.ConnectAsync(node.Address.Host, node.Address.Port);
            await socket.GetStream()
                .WriteAsync("GET /api/dashboard/events HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
            Assert.True(await socket.GetStream().ReadAsync(new byte[100]).AsTask().WaitAsync(TestNode.Patience) > 0);
            socket.LingerState = new System.Net.Sockets.LingerOption(true, 0);
        }

        while (node.Dashboards.Watchers > 0)
        {
            await Task.Yield();
        }

        // Sooner than connections that do not end would be cut.
        await node.StopAsync().WaitAsync(TimeSpan.FromSeconds(15));
        await node.DisposeAsync();
    }

    [Fact]
    public async Task The_stream_tells_proxies_neither_to_wait_nor_to_keep_it()
    {
        await using var node = await TestNode.StartAsync();
        using var answer = await node.AskAsync("GET", "/api/dashboard/events");
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal("no", Assert.Single(answer.Headers.GetValues("X-Accel-Buffering")));
        Assert.True(answer.Headers.CacheControl!.NoStore);
    }

    [Fact]
    public async Task A_drained_node_ends_the_streams_once_and_shows_itself_to_those_who_come_again()
    {
        await using var node = await new OtherNodes().StartNodeAsync();
        using var watch = await WatchAsync(node);
        Assert.Equal("ready", (await watch.NextAsync()).Nodes[0].State);
        Assert.Equal(202, await node.StatusAsync("POST", "/api/nodes/self/drain"));
        await watch.EndAsync();
        using var again = await WatchAsync(node);
        await again.UntilAsync(view => view.Nodes[0].State == "draining");
    }

    [Fact]
    public async Task A_node_that_stops_does_not_wait_for_dashboards()
    {
        var node = await TestNode.StartAsync();
        using var watch = await WatchAsync(node);
        await watch.NextAsync();
        await node.StopAsync();
        await watch.EndAsync();
        await node.DisposeAsync();
    }

    [Fact]
    public async Task A_stream_ends_with_its_token()
    {
        await using var node = await TestNode.StartAsync(
            settings: ["Auth:Mode=jwt", "Auth:Jwt:Secret=" + Encoding.UTF8.GetString(TestTokens.Secret)]);

        using var watch = await WatchForASecondAsync(node);
        await watch.EndAsync();
    }

    [Fact]
    public async Task A_stream_ends_when_its_user_is_sent_away()
    {
        await using var node = await TestNode.StartAsync(
            settings: ["Auth:Mode=jwt", "Auth:Jwt:Secret=" + Encoding.UTF8.GetString(TestTokens.Secret)]);
        static string Token(string user) =>
            TestTokens.OfSecret(TestTokens.Claims(DateTimeOffset.UtcNow, new { sub = user, admin = true }));
        using var ada = await WatchAsync(node, Token("ada"));
        using var bob = await WatchAsync(node, Token("bob"));
        await ada.NextAsync();
        var order = Encoding.UTF8.GetBytes("""{"user":"ada"}""");
        using var answer = await node.AskAsync("POST", "/api/admin/kick", Token("bob"), order, "application/json");
        using var receipt = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal(1, receipt.RootElement.GetProperty("connections").GetInt32());
        await ada.EndAsync();
        await bob.NextAsync();
        await bob.NextAsync();
    }

    private static async Task<EventStream> WatchAsync(TestNode node, string? token = null)
    {
        var answer = await node.AskAsync("GET", "/api/dashboard/events", token);
        answer.EnsureSuccessStatusCode();
        return new EventStream(answer, await answer.Content.ReadAsStreamAsync());
    }

    /// <summary>
    /// With a token that ends within a second or two; where that was over before the node looked at it, with one that
    /// lives longer.
    /// </summary>
    private static async Task<EventStream> WatchForASecondAsync(TestNode node)
    {
        for (var life = 1; life <= 64; life *= 2)
        {
            // Clocks may differ by 30 s.
            var end = DateTimeOffset.UtcNow.AddSeconds(life - 30);
            var token = TestTokens.OfSecret(
                TestTokens.Claims(DateTimeOffset.UtcNow, new { admin = true, exp = end.ToUnixTimeSeconds() }));
            var answer = await node.AskAsync("GET", "/api/dashboard/events", token);
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                return new EventStream(answer, await answer.Content.ReadAsStreamAsync());
            }

            using (answer)
            {
                Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            }
        }

        throw new InvalidOperationException("No token lived long enough to be let in.");
    }
}
