using Relay.TestServers;

namespace Relay.Persistence.Metadata;

[NeedsServer(Kind = ServerKind.Postgres)]
[Collection(PostgresCollectionDefinition.Name)]
public sealed class PostgresWritingTests(PostgresFixture fixture) : PostgresTest(fixture)
{
    [ServerFact]
    public async Task A_batch_counts_once_however_often_it_is_written()
    {
        var node = await StartNodeAsync();
        var begun = Begin("plan", "ada");
        var batch = Batch(1, [Sample("plan") with { Connections = 1, Opened = 1, Updates = 7, BytesIn = 100, BytesOut = 200 }], begun);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(BatchOutcome.Written, await node.WriteAsync(batch, default).Soon());
        }

        // Another object of the same node, as after a broken connection.
        await (await StartNodeAsync()).WriteAsync(batch, default).Soon();
        Assert.Equal((7, 1), await AskAsync<(long, int)>("select updates, connections from relay.room_states"));
        Assert.Equal((7, 100, 200, 1), await AskAsync<(long, long, long, int)>("select updates, bytes_in, bytes_out, opened from relay.room_hours"));
        Assert.Equal((7, 1), await AskAsync<(long, int)>("select updates, opened from relay.node_hours"));
        Assert.Equal("ada", await AskAsync<string>("select user_id from relay.connections"));
    }

    [ServerFact]
    public async Task A_connection_is_noted_when_it_comes_and_completed_when_it_goes()
    {
        var node = await StartNodeAsync();
        var begun = Begin("plan", "ada");
        await node.WriteAsync(Batch(1, [Sample("plan") with { Connections = 1, Opened = 1 }], begun), default).Soon();
        var (before, _) = await ConnectionsAsync("plan");
        Assert.Null(Assert.Single(before).ClosedAt);
        await node.WriteAsync(Batch(2, [Sample("plan")], begun with { IsNew = false, End = End(code: 4501) }), default).Soon();
        var (after, _) = await ConnectionsAsync("plan");
        var row = Assert.Single(after);
        Assert.Equal(
            (begun.Id, "ada", "y-websocket", "127.0.0.1:1#one", Noon, Noon.AddMinutes(5), 100, 2000, 3, 40, 4501),
            (row.Id, row.UserId, row.Protocol, row.Node, row.OpenedAt, row.ClosedAt!.Value, row.BytesIn, row.BytesOut, row.UpdatesIn, row.UpdatesOut, row.CloseCode!.Value));
        Assert.Empty((await ConnectionsAsync("plan", onlyOpen: true)).Rows);
    }

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
        var rows = (await QueryAsync<(string Name, int Connections, long Updates)>("select m.name, r.connections, r.updates from relay.room_states r join relay.rooms m on m.id = r.room_id")).ToDictionary(row => row.Name);
        foreach (var (index, name) in names.Index())
        {
            var row = rows.GetValueOrDefault(name);
            Assert.True(
                (row.Connections, row.Updates) == (Sum(last, index), Sum(updates, index)),
                $"{name} has {row.Connections} connections and {row.Updates} updates instead of {Sum(last, index)} and {Sum(updates, index)}. RELAY_TEST_SEED={seed}");
        }

        static long Sum<T>(T[,] figures, int room) => Enumerable.Range(0, 4).Sum(node => Convert.ToInt64(figures[node, room], System.Globalization.CultureInfo.InvariantCulture));
    }

    [ServerFact]
    public async Task Names_and_users_that_Postgres_cannot_hold_come_back_as_they_were()
    {
        var node = await StartNodeAsync();
        string[] names = ["a\0b", "a\u0001b", "a\u0001\u0001b", "\0", "50%", "under_score", @"back\slash", "emoji \U0001F600", "'; drop table relay.rooms; --", new string('é', 512)];
        await node.WriteAsync(Batch(1, [.. names.Select(name => Sample(name))], Begin("\0", "user\0\ud800")), default).Soon();
        var listed = await Rooms.ListRoomsAsync(new RoomQuery(), default).Soon();
        Assert.Equal(names.Order(StringComparer.Ordinal), listed.Rooms.Select(room => room.Name).Order(StringComparer.Ordinal));
        foreach (var name in names)
        {
            Assert.Contains((await Rooms.ListRoomsAsync(new RoomQuery(Prefix: name), default).Soon()).Rooms, room => room.Name == name);
            Assert.Contains((await Rooms.ListRoomsAsync(new RoomQuery(Part: name), default).Soon()).Rooms, room => room.Name == name);
        }

        Assert.Equal("user\0\ufffd", Assert.Single((await ConnectionsAsync("\0")).Rows).UserId);
        Assert.Equal(["50%"], (await Rooms.ListRoomsAsync(new RoomQuery(Part: "%"), default).Soon()).Rooms.Select(room => room.Name));
    }

    [ServerFact]
    public async Task Days_that_are_old_enough_are_dropped_and_hourly_figures_stay()
    {
        var node = await StartNodeAsync(keep: TimeSpan.FromDays(30));
        for (var day = 0; day < 4; day++)
        {
            var at = Noon.AddDays(20 * day);
            await node.WriteAsync(BatchAt(at, day + 1, [Sample("plan", at) with { Opened = 1, Updates = 10 }], Begin("plan", at: at) with { End = End(at.AddHours(1)) }), default).Soon();
        }

        Assert.Equal(2 * 2, await node.PruneAsync(Noon.AddDays(60), default).Soon());
        Assert.Equal(0, await node.PruneAsync(Noon.AddDays(60), default).Soon());
        Assert.Equal([Noon.AddDays(60), Noon.AddDays(40)], (await ConnectionsAsync("plan")).Rows.Select(row => row.OpenedAt));
        var history = await Rooms.FindRoomAsync(Yjs.DocumentName.Create("plan"), Noon.AddDays(-1), Noon.AddDays(100), default).Soon();
        Assert.Equal(40, history!.Room.Updates);
        Assert.Equal([10, 10, 10, 10], history.Hours.Select(hour => hour.Updates));
        Assert.Equal(4, (await Rooms.TotalsAsync(Noon.AddDays(-1), Noon.AddDays(100), default).Soon()).Sum(hour => hour.Opened));

        // What began on a dropped day ends without a row to complete, and one that comes late gets its day back.
        await node.WriteAsync(BatchAt(Noon.AddDays(60), 5, [], Begin("plan") with { IsNew = false, End = End() }), default).Soon();
        var late = BatchAt(Noon.AddDays(60), 6, [], Begin("plan", "late", Noon));
        await UntilWrittenAsync(() => node.WriteAsync(late, default));
        Assert.Equal("late", (await ConnectionsAsync("plan")).Rows[^1].UserId);
    }

    [ServerFact]
    public async Task What_a_dead_node_left_open_is_ended_by_another_one()
    {
        var (living, dead) = (await StartNodeAsync("living"), await StartNodeAsync("dead"));
        await living.WriteAsync(Batch(1, [Sample("plan") with { Connections = 1 }], Begin("plan", "stays")), default).Soon();
        var done = Begin("plan", "left") with { End = End() };
        await dead.WriteAsync(Batch(1, [Sample("plan") with { Connections = 2 }], Begin("plan", "cut"), done), default).Soon();
        await QueryAsync<int>("update relay.nodes set seen_at = now() - interval '21 seconds' where incarnation = 'dead'");
        Assert.Equal(1, await living.BuryDeadNodesAsync(default).Soon());
        Assert.Equal(0, await living.BuryDeadNodesAsync(default).Soon());

        var room = Assert.Single((await Rooms.ListRoomsAsync(new RoomQuery(), default).Soon()).Rooms);
        Assert.Equal(1, room.Connections);
        Assert.Equal(["127.0.0.1:1#living"], room.Nodes);
        var rows = (await ConnectionsAsync("plan")).Rows.ToDictionary(row => row.UserId!);
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
        await sleeper.WriteAsync(Batch(1, [Sample("plan") with { Connections = 1 }], Begin("plan", "ada")), default).Soon();
        await QueryAsync<int>("update relay.nodes set seen_at = now() - interval '21 seconds' where incarnation = 'sleeper'");
        Assert.Equal(1, await living.BuryDeadNodesAsync(default).Soon());
        Assert.Equal(BatchOutcome.WrittenByForgottenNode, await sleeper.WriteAsync(Batch(2, []), default).Soon());
        Assert.Null(Assert.Single((await ConnectionsAsync("plan")).Rows).ClosedAt);
        Assert.Equal(BatchOutcome.Written, await sleeper.WriteAsync(Batch(3, [Sample("plan") with { Connections = 1 }]), default).Soon());
        Assert.Equal(1, Assert.Single((await Rooms.ListRoomsAsync(new RoomQuery(), default).Soon()).Rooms).Connections);
        Assert.Equal(0, await living.BuryDeadNodesAsync(default).Soon());
    }

    [ServerFact]
    public async Task A_node_that_the_database_forgot_says_so_and_goes_on()
    {
        var node = await StartNodeAsync();
        await QueryAsync<int>("delete from relay.nodes");
        Assert.Equal(BatchOutcome.WrittenByForgottenNode, await node.WriteAsync(Batch(8, [Sample("plan") with { Updates = 3 }]), default).Soon());
        Assert.Equal(3, await AskAsync<long>("select updates from relay.room_states"));
    }

    [ServerFact]
    public async Task A_node_that_stops_is_not_taken_for_dead()
    {
        var (stays, node) = (await StartNodeAsync("stays"), await StartNodeAsync());
        await stays.WriteAsync(Batch(1, [Sample("plan") with { Connections = 1 }], Begin("plan", "other")), default).Soon();
        await node.WriteAsync(Batch(1, [Sample("plan") with { Connections = 1 }], Begin("plan", "ada")), default).Soon();
        await node.EndAsync(default).Soon();
        Assert.Equal(["stopped", null], (await Rooms.NodesAsync(default).Soon()).Select(one => one.EndedBy));

        // Nothing should be open on it any more; what is all the same does not stay so.
        var rows = (await ConnectionsAsync("plan")).Rows.ToDictionary(row => row.UserId!);
        Assert.Equal((1012, null), (rows["ada"].CloseCode, rows["other"].CloseCode));
        Assert.Equal(1, Assert.Single((await Rooms.ListRoomsAsync(new RoomQuery(), default).Soon()).Rooms).Connections);
        Assert.Equal(0, await stays.BuryDeadNodesAsync(default).Soon());
    }

    private static async Task UntilWrittenAsync(Func<Task> write)
    {
        var end = DateTime.UtcNow.AddSeconds(60);
        while (true)
        {
            try
            {
                await write().Soon();
                return;
            }
            catch (RoomMetadataUnavailableException) when (DateTime.UtcNow < end)
            {
                await Task.Yield();
            }
        }
    }

    private async Task<(IReadOnlyList<ConnectionRow> Rows, string? Next)> ConnectionsAsync(string room, bool onlyOpen = false)
    {
        var page = await Rooms.ListConnectionsAsync(Yjs.DocumentName.Create(room), onlyOpen, 50, null, default).Soon();
        return (page!.Connections, page.Next);
    }
}
