using System.Text.Json;
using Relay.Reports;
using static Relay.Doubles.Messages;

namespace Relay.Node;

/// <summary>What a node says about itself and the others, once and again and again.</summary>
public sealed class ReportTests
{
    [Fact]
    public async Task A_node_says_who_is_there_and_what_goes_through()
    {
        await using var node = await TestNode.StartAsync();
        using var client = await node.ConnectAsync("/yjs/plan%2Fspring");
        await client.SendAsync(Update(Typed(1, 0, "hello")));
        await client.UntilAsync(0, 2);
        using var answer = await SaidAsync(node, "unsavedDocuments");
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
            ["File log: log", "Directory: snapshots", "SQLite file: metadata of documents"],
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
        await using var node = await others.StartNodeAsync();
        using var answer = JsonDocument.Parse(await node.Http.GetStringAsync(new Uri("/api/nodes", UriKind.Relative)));
        var nodes = answer.RootElement.GetProperty("nodes").EnumerateArray().ToArray();
        Assert.Equal(["10.0.0.2:5310", "alone"], nodes.Select(one => one.GetProperty("address").GetString()));
        Assert.Equal(7, nodes[0].GetProperty("connections").GetInt32());
    }

    [Fact]
    public async Task While_the_others_cannot_be_heard_a_node_says_so_and_speaks_for_itself()
    {
        await using var node = await new OtherNodes { IsAway = true }.StartNodeAsync();
        using var answer = JsonDocument.Parse(await node.Http.GetStringAsync(new Uri("/api/nodes", UriKind.Relative)));
        Assert.False(answer.RootElement.GetProperty("isWhole").GetBoolean());
        Assert.Single(answer.RootElement.GetProperty("nodes").EnumerateArray());
    }

    /// <summary>A second and a half, and what is left is for Redis, the network and the browser.</summary>
    [Fact]
    public void Reports_and_events_come_so_often_that_what_happens_is_seen_within_two_seconds() =>
        Assert.True(
            new ReportWriterOptions().Interval + new DashboardFeedOptions().Interval <= TimeSpan.FromSeconds(1.5));

    /// <summary>
    /// What the nodes say once a figure is there: a client is acknowledged just before its document counts as unsaved.
    /// </summary>
    private static async Task<JsonDocument> SaidAsync(TestNode node, string figure)
    {
        while (true)
        {
            var said = JsonDocument.Parse(await node.Http.GetStringAsync(
                new Uri("/api/nodes", UriKind.Relative), TestContext.Current.CancellationToken));
            if (said.RootElement.GetProperty("nodes")[0].GetProperty(figure).GetInt32() > 0)
            {
                return said;
            }

            said.Dispose();
        }
    }

    private static async Task<NodeReport> OwnAsync(TestNode node)
    {
        var answer = await node.Http.GetStringAsync(new Uri("/api/nodes", UriKind.Relative));
        return Assert.Single(JsonSerializer.Deserialize(answer, ReportFormat.Default.ClusterReport)!.Nodes);
    }
}
