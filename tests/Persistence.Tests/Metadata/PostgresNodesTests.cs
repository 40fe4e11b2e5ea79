using Relay.TestServers;
using static Relay.Persistence.Metadata.MetadataSamples;

namespace Relay.Persistence.Metadata;

/// <summary>Several nodes write into one database.</summary>
[NeedsServer(Kind = ServerKind.Postgres)]
[Collection(PostgresCollectionDefinition.Name)]
public sealed class PostgresNodesTests(PostgresFixture fixture) : PostgresTest(fixture)
{
    [ServerFact]
    public async Task The_connections_of_a_room_are_those_of_all_nodes()
    {
        var (one, two) = (await StartNodeAsync("one"), await StartNodeAsync("two"));
        await one.WriteAsync(Batch(1, [Sample("plan") with { Connections = 2 }]), default).Soon();
        await two.WriteAsync(Batch(1, [Sample("plan") with { Connections = 3 }]), default).Soon();
        var room = Assert.Single((await Rooms.ListRoomsAsync(new RoomQuery(), default).Soon()).Rooms);
        Assert.Equal(5, room.Connections);
        Assert.Equal(["127.0.0.1:1#one", "127.0.0.1:1#two"], room.Nodes);
        await one.WriteAsync(Batch(2, [Sample("plan") with { IsOpen = false }]), default).Soon();
        room = Assert.Single((await Rooms.ListRoomsAsync(new RoomQuery(), default).Soon()).Rooms);
        Assert.Equal(3, room.Connections);
        Assert.Equal(["127.0.0.1:1#two"], room.Nodes);
        Assert.Equal(5, await AskAsync<int>("select peak from relay.room_hours"));
    }

    [ServerFact]
    public async Task Nodes_that_write_about_the_same_rooms_at_the_same_time_lose_nothing()
    {
        var seed = TestSeed.Next();
        var names = Enumerable.Range(0, 20).Select(number => $"room {number}").ToArray();
        var last = new int[4, names.Length];
        var updates = new long[4, names.Length];
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async index =>
        {
            var random = new Random(seed + index);
            var node = await StartNodeAsync($"node {index}");
            for (var number = 1; number <= 25; number++)
            {
                var rooms = names.Index().Where(_ => random.Next(3) == 0).ToArray();
                random.Shuffle(rooms);
                var batch = Batch(number, [.. rooms.Select(room =>
                {
                    last[index, room.Index] = random.Next(5);
                    var some = random.Next(10);
                    updates[index, room.Index] += some;
                    return Sample(room.Item) with { Connections = last[index, room.Index], Updates = some };
                })]);
                for (var tries = random.Next(1, 3); tries > 0; tries--)
                {
                    await UntilWrittenAsync(() => node.WriteAsync(batch, default));
                }
            }
        })).WaitAsync(TimeSpan.FromMinutes(2));
        var rows = (await QueryAsync<(string Name, int Connections, long Updates)>(
            "select m.name, r.connections, r.updates from relay.room_states r join relay.rooms m on m.id = r.room_id"))
            .ToDictionary(row => row.Name);
        foreach (var (index, name) in names.Index())
        {
            var row = rows.GetValueOrDefault(name);
            Assert.True(
                (row.Connections, row.Updates) == (Sum(last, index), Sum(updates, index)),
                $"{name} has {row.Connections} connections and {row.Updates} updates instead of {Sum(last, index)} "
                    + $"and {Sum(updates, index)}. RELAY_TEST_SEED={seed}");
        }

        static long Sum<T>(T[,] figures, int room) =>
            Enumerable.Range(0, 4)
            .Sum(node => Convert.ToInt64(figures[node, room], System.Globalization.CultureInfo.InvariantCulture));
    }

    [ServerFact]
    public async Task What_a_dead_node_left_open_is_ended_by_another_one()
    {
        var (living, dead) = (await StartNodeAsync("living"), await StartNodeAsync("dead"));
        await living.WriteAsync(Batch(1, [Sample("plan") with { Connections = 1 }], Begin("plan", "stays")), default)
            .Soon();
        var done = Begin("plan", "left") with { End = End() };
        await dead.WriteAsync(Batch(1, [Sample("plan") with { Connections = 2 }], Begin("plan", "cut"), done), default)
            .Soon();
        await QueryAsync<int>(
            "update relay.nodes set seen_at = now() - interval '21 seconds' where incarnation = 'dead'");
        Assert.Equal(1, await living.BuryDeadNodesAsync(default).Soon());
        Assert.Equal(0, await living.BuryDeadNodesAsync(default).Soon());

        var room = Assert.Single((await Rooms.ListRoomsAsync(new RoomQuery(), default).Soon()).Rooms);
        Assert.Equal(1, room.Connections);
        Assert.Equal(["127.0.0.1:1#living"], room.Nodes);
        var rows = (await Rooms.ConnectionsAsync("plan")).ToDictionary(row => row.UserId!);
        Assert.Equal((1006, "The node died."), (rows["cut"].CloseCode, rows["cut"].CloseReason));
        Assert.NotNull(rows["cut"].ClosedAt);
        Assert.Null(rows["stays"].ClosedAt);
        Assert.Equal("The client left.", rows["left"].CloseReason);
        var nodes = (await Rooms.NodesAsync(default).Soon()).ToDictionary(node => node.Incarnation);
        Assert.Equal(("died", null), (nodes["dead"].EndedBy, nodes["living"].EndedBy));
    }

    [ServerFact]
    public async Task A_node_that_was_only_asleep_takes_back_what_was_ended_for_it()
    {
        var (living, sleeper) = (await StartNodeAsync("living"), await StartNodeAsync("sleeper"));
        await sleeper.WriteAsync(Batch(1, [Sample("plan") with { Connections = 1 }], Begin("plan", "ada")), default)
            .Soon();
        await QueryAsync<int>(
            "update relay.nodes set seen_at = now() - interval '21 seconds' where incarnation = 'sleeper'");
        Assert.Equal(1, await living.BuryDeadNodesAsync(default).Soon());
        Assert.Equal(BatchOutcome.WrittenByForgottenNode, await sleeper.WriteAsync(Batch(2, []), default).Soon());
        Assert.Null(Assert.Single((await Rooms.ConnectionsAsync("plan"))).ClosedAt);
        Assert.Equal(BatchOutcome.Written,
            await sleeper.WriteAsync(Batch(3, [Sample("plan") with { Connections = 1 }]), default).Soon());
        Assert.Equal(1, Assert.Single((await Rooms.ListRoomsAsync(new RoomQuery(), default).Soon()).Rooms).Connections);
        Assert.Equal(0, await living.BuryDeadNodesAsync(default).Soon());
    }

    [ServerFact]
    public async Task A_node_that_stops_is_not_taken_for_dead()
    {
        var (stays, node) = (await StartNodeAsync("stays"), await StartNodeAsync());
        await stays.WriteAsync(Batch(1, [Sample("plan") with { Connections = 1 }], Begin("plan", "other")), default)
            .Soon();
        await node.WriteAsync(Batch(1, [Sample("plan") with { Connections = 1 }], Begin("plan", "ada")), default)
            .Soon();
        await node.EndAsync(default).Soon();
        Assert.Equal(["stopped", null], (await Rooms.NodesAsync(default).Soon()).Select(one => one.EndedBy));

        // Nothing should be open on it any more; what is all the same does not stay so.
        var rows = (await Rooms.ConnectionsAsync("plan")).ToDictionary(row => row.UserId!);
        Assert.Equal((1012, null), (rows["ada"].CloseCode, rows["other"].CloseCode));
        Assert.Equal(1, Assert.Single((await Rooms.ListRoomsAsync(new RoomQuery(), default).Soon()).Rooms).Connections);
        Assert.Equal(0, await stays.BuryDeadNodesAsync(default).Soon());
    }
}
