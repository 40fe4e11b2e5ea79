using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Relay.Backplane;
using Relay.Doubles;
using Relay.Reports;
using static Relay.Doubles.Messages;

namespace Relay.Node;

/// <summary>What a node says about itself and the others, once and again and again.</summary>
public sealed class ReportTests
{
    private static readonly DashboardFeedOptions Quick = new() { Interval = TimeSpan.FromMilliseconds(20) };

    [Fact]
    public async Task A_node_says_who_is_there_and_what_goes_through()
    {
        await using var node = await TestNode.StartAsync();
        using var client = await node.ConnectAsync("/yjs/plan%2Fspring");
        await client.SendAsync(Update(Typed(1, 0, "hello")));
        await client.UntilAsync(0, 2);
        using var answer = JsonDocument.Parse(await node.Http.GetStringAsync(new Uri("/api/nodes", UriKind.Relative)));
        Assert.True(answer.RootElement.GetProperty("isWhole").GetBoolean());
        var said = Assert.Single(answer.RootElement.GetProperty("nodes").EnumerateArray());
        Assert.Equal(("alone", "ready", 1, 1, 1, 1), (
            said.GetProperty("address").GetString(), said.GetProperty("state").GetString(),
                said.GetProperty("connections").GetInt32(), said.GetProperty("rooms").GetInt32(),
            said.GetProperty("documents").GetInt32(), said.GetProperty("unsavedDocuments").GetInt32()));
        Assert.Equal(1, said.GetProperty("updatesReceived").GetInt64());
        Assert.True(said.GetProperty("bytesReceived").GetInt64() > 5
            && said.GetProperty("memoryBytes").GetInt64() > 1 << 20);
        Assert.Equal(
            ["File log: log", "Directory: snapshots", "SQLite file: metadata of rooms"],
            said.GetProperty("services").EnumerateArray()
                .Select(service => $"{service.GetProperty("name")}: {service.GetProperty("use")}"));
        Assert.All(said.GetProperty("services").EnumerateArray(),
            service => Assert.Equal(JsonValueKind.Null, service.GetProperty("failingSince").ValueKind));
        var room = Assert.Single(said.GetProperty("busiestRooms").EnumerateArray());
        Assert.Equal(("plan/spring", 1),
            (room.GetProperty("name").GetString(), room.GetProperty("connections").GetInt32()));
    }

    [Fact]
    public async Task Of_many_rooms_those_with_the_most_connections_are_named_and_their_names_have_a_limit()
    {
        await using var node = await TestNode.StartAsync();
        var clients = new List<TestSocket>();
        foreach (var name in Enumerable.Range(0, 103).Select(number => $"room {number}").Append("room 102")
            .Append("room 101").Append("room 101"))
        {
            var client = await node.ConnectAsync("/yjs/" + Uri.EscapeDataString(name));
            clients.Add(client);
            await client.SendAsync(Step1());
            await client.UntilAsync(0, 1);
        }

        var said = await OwnAsync(node);
        Assert.Equal((106, 103, 100), (said.Connections, said.Rooms, said.BusiestRooms.Count));
        Assert.Equal([("room 101", 3), ("room 102", 2)],
            said.BusiestRooms.Take(2).Select(room => (room.Name, room.Connections)));
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task Reports_of_other_nodes_are_listed_and_what_does_not_read_is_passed_over()
    {
        var others = new OtherNodes(
            """
            {
              "address": "10.0.0.2:5310", "incarnation": "b", "startedAt": "2026-01-01T00:00:00Z", "connections": 7,
              "fromTheFuture": [1]
            }
            """,
            "no report",
            "[]");
        await using var node = await StartAsync(others);
        using var answer = JsonDocument.Parse(await node.Http.GetStringAsync(new Uri("/api/nodes", UriKind.Relative)));
        var nodes = answer.RootElement.GetProperty("nodes").EnumerateArray().ToArray();
        Assert.Equal(["10.0.0.2:5310", "alone"], nodes.Select(one => one.GetProperty("address").GetString()));
        Assert.Equal(7, nodes[0].GetProperty("connections").GetInt32());
    }

    [Fact]
    public async Task While_the_others_cannot_be_heard_a_node_says_so_and_speaks_for_itself()
    {
        await using var node = await StartAsync(new OtherNodes { IsAway = true });
        using var answer = JsonDocument.Parse(await node.Http.GetStringAsync(new Uri("/api/nodes", UriKind.Relative)));
        Assert.False(answer.RootElement.GetProperty("isWhole").GetBoolean());
        Assert.Single(answer.RootElement.GetProperty("nodes").EnumerateArray());
    }

    /// <summary>A second and a half, and what is left is for Redis, the network and the browser.</summary>
    [Fact]
    public void Reports_and_events_come_so_often_that_what_happens_is_seen_within_two_seconds() =>
        Assert.True(
            new ReportWriterOptions().Interval + new DashboardFeedOptions().Interval <= TimeSpan.FromSeconds(1.5));

    [Fact]
    public async Task All_dashboards_of_a_node_share_one_reader_and_without_one_nothing_is_read()
    {
        var others = new OtherNodes();
        await using var node = await StartAsync(others);
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
        var node = await StartAsync(new OtherNodes());
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
    public async Task The_stream_tells_no_proxy_to_wait_and_nobody_to_keep_it()
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
        await using var node = await StartAsync(new OtherNodes());
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

    private static Task<TestNode> StartAsync(OtherNodes others) =>
        TestNode.StartAsync(builder => builder.Services.AddSingleton(Quick),
            services => services.AddSingleton<INodeReports>(others));

    private static async Task<NodeReport> OwnAsync(TestNode node)
    {
        var answer = await node.Http.GetStringAsync(new Uri("/api/nodes", UriKind.Relative));
        return Assert.Single(JsonSerializer.Deserialize(answer, ReportFormat.Default.ClusterReport)!.Nodes);
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

    private sealed class EventStream(HttpResponseMessage answer, Stream stream) : IDisposable
    {
        private readonly StreamReader reader = new(stream);

        public async Task<DashboardView> NextAsync() => await TryNextAsync() ?? throw new EndOfStreamException();

        public async Task UntilAsync(Func<DashboardView, bool> condition)
        {
            while (!condition(await NextAsync()))
            {
            }
        }

        public async Task EndAsync()
        {
            while (await TryNextAsync() is not null)
            {
            }
        }

        public void Dispose()
        {
            reader.Dispose();
            answer.Dispose();
        }

        private async Task<DashboardView?> TryNextAsync()
        {
            if (await reader.ReadLineAsync().WaitAsync(TestNode.Patience) is not { } line)
            {
                return null;
            }

            Assert.StartsWith("data: ", line, StringComparison.Ordinal);
            Assert.Equal("", await reader.ReadLineAsync().WaitAsync(TestNode.Patience));
            return JsonSerializer.Deserialize(line["data: ".Length..], ReportFormat.Default.DashboardView);
        }
    }

    private sealed class OtherNodes(params string[] reports) : INodeReports
    {
        private int reads;

        public bool IsAway { get; init; }

        public int Reads => Volatile.Read(ref reads);

        public ValueTask StoreAsync(string node, ReadOnlyMemory<byte> report, TimeSpan lifetime,
            CancellationToken cancellation) => ValueTask.CompletedTask;

        public ValueTask RemoveAsync(string node, CancellationToken cancellation) => ValueTask.CompletedTask;

        public ValueTask<IReadOnlyList<string>> ListNodesAsync(CancellationToken cancellation) =>
            ValueTask.FromResult<IReadOnlyList<string>>([]);

        public ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> ListAsync(CancellationToken cancellation)
        {
            Interlocked.Increment(ref reads);
            return IsAway
                ? throw new BackplaneUnavailableException("It is away.")
                : ValueTask.FromResult<IReadOnlyList<ReadOnlyMemory<byte>>>(
                    [.. reports.Select(report => new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(report)))]);
        }
    }
}
