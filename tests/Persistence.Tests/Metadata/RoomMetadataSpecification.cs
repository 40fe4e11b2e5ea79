using Relay.Yjs;
using static Relay.Persistence.Metadata.MetadataSamples;

namespace Relay.Persistence.Metadata;

/// <summary>
/// What every store of document metadata does. An implementation's test class gives each test an empty store, which one
/// node
/// writes into at a time.
/// </summary>
public abstract class RoomMetadataSpecification : MetadataStoreTest
{
    [Fact]
    public async Task A_batch_counts_once_however_often_it_is_written()
    {
        var node = await StartNodeAsync();
        var batch = Batch(
            1,
            [Sample("plan") with { Connections = 1, Opened = 1, Updates = 7, BytesIn = 100, BytesOut = 200, Peak = 1 }],
            Begin("plan", "ada"));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(BatchOutcome.Written, await node.WriteAsync(batch, default).Soon());
        }

        // Another object of the same node, as after a broken connection.
        await (await StartNodeAsync()).WriteAsync(batch, default).Soon();
        var room = await Rooms.OnlyRoomAsync();
        Assert.Equal((7, 1), (room.Updates, room.Connections));
        Assert.Equal(["127.0.0.1:1#one"], room.Nodes);
        var history = await Rooms.FindRoomAsync(DocumentName.Create("plan"), Noon, Noon.AddHours(1), default).Soon();
        var hour = Assert.Single(history!.Hours);
        Assert.Equal((7, 100, 200, 1, 1), (hour.Updates, hour.BytesIn, hour.BytesOut, hour.Opened, hour.Peak));
        var total = Assert.Single(await Rooms.TotalsAsync(Noon, Noon.AddHours(1), default).Soon());
        Assert.Equal((Noon, 7, 1, 1), (total.Hour, total.Updates, total.Opened, total.Peak));
        Assert.Equal("ada", Assert.Single(await Rooms.ConnectionsAsync("plan")).UserId);
        var one = Assert.Single(await Rooms.NodesAsync(default).Soon());
        Assert.Equal(("127.0.0.1:1", "one", 1, 1, null), (
            one.Address, one.Incarnation, one.Rooms, one.Connections, one.EndedAt));
    }

    [Fact]
    public async Task A_connection_is_noted_when_it_comes_and_completed_when_it_goes()
    {
        var node = await StartNodeAsync();
        var begun = Begin("plan", "ada");
        await node.WriteAsync(Batch(1, [Sample("plan") with { Connections = 1, Opened = 1 }], begun), default).Soon();
        Assert.Null(Assert.Single(await Rooms.ConnectionsAsync("plan")).ClosedAt);
        Assert.Single(await Rooms.ConnectionsAsync("plan", onlyOpen: true));
        await node.WriteAsync(
            Batch(2, [Sample("plan")], begun with { IsNew = false, End = End(code: 4501) }), default).Soon();
        var row = Assert.Single(await Rooms.ConnectionsAsync("plan"));
        Assert.Equal(
            (begun.Id, "ada", "y-websocket", "127.0.0.1:1#one", Noon, Noon.AddMinutes(5)),
            (row.Id, row.UserId, row.Protocol, row.Node, row.OpenedAt, row.ClosedAt!.Value));
        Assert.Equal(
            (100, 2000, 3, 40, 4501, "The client left."),
            (row.BytesIn, row.BytesOut, row.UpdatesIn, row.UpdatesOut, row.CloseCode!.Value, row.CloseReason));
        Assert.Empty(await Rooms.ConnectionsAsync("plan", onlyOpen: true));
        await node.WriteAsync(Batch(3, [Sample("plan") with { IsOpen = false }]), default).Soon();
        Assert.Empty((await Rooms.OnlyRoomAsync()).Nodes);
    }

    [Fact]
    public async Task Pages_of_every_order_have_each_room_once()
    {
        var node = await StartNodeAsync();
        var samples = Enumerable.Range(0, 57).Select(number =>
            Sample($"room {number:d3}", Noon.AddMinutes(number % 7)) with
            {
                Connections = number % 5,
                Bytes = 2 + (number % 4),
            }).ToArray();
        await node.WriteAsync(Batch(1, samples), default).Soon();
        foreach (var order in Enum.GetValues<RoomOrder>())
        {
            var rooms = new List<RoomSummary>();
            string? cursor = null;
            do
            {
                var page = await Rooms.ListRoomsAsync(new RoomQuery(order, 10, cursor), default).Soon();
                Assert.True(page.Rooms.Count == 10 || page.Next is null);
                rooms.AddRange(page.Rooms);
                cursor = page.Next;
            }
            while (cursor is not null);

            Assert.Equal(57, rooms.Select(room => room.Name).Distinct().Count());
            Assert.Equal(57, rooms.Count);
            var sorted = order switch
            {
                RoomOrder.LastUse => rooms.OrderByDescending(room => room.LastUsed),
                RoomOrder.Size => rooms.OrderByDescending(room => room.Bytes),
                RoomOrder.Connections => rooms.OrderByDescending(room => room.Connections),
                _ => rooms.OrderBy(room => room.Name, StringComparer.Ordinal),
            };

            // The sort is stable, so equal ones are in the order in which they came.
            Assert.Equal(sorted.Select(room => room.Name), rooms.Select(room => room.Name));
        }
    }

    [Fact]
    public async Task Pages_of_connections_have_each_one_once_and_the_latest_first()
    {
        var node = await StartNodeAsync();
        var begun = Enumerable.Range(0, 23)
            .Select(number => Begin("plan", $"user {number}", Noon.AddHours(number - (number % 2)))).ToArray();
        await node.WriteAsync(Batch(1, [Sample("plan")], begun), default).Soon();
        var rows = new List<ConnectionRow>();
        string? cursor = null;
        do
        {
            var page = await Rooms.ListConnectionsAsync(DocumentName.Create("plan"), false, 5, cursor, default).Soon();
            rows.AddRange(page!.Connections);
            cursor = page.Next;
        }
        while (cursor is not null);

        Assert.Equal(23, rows.Select(row => row.Id).Distinct().Count());
        Assert.Equal(
            rows.OrderByDescending(row => row.OpenedAt).Select(row => row.OpenedAt), rows.Select(row => row.OpenedAt));
    }

    [Fact]
    public async Task Rooms_are_found_by_the_beginning_and_by_a_part_of_their_names()
    {
        var node = await StartNodeAsync();
        await node.WriteAsync(
            Batch(1, [Sample("plans/spring"), Sample("plans/summer"), Sample("notes on Spring")]), default).Soon();
        Assert.Equal(["plans/spring", "plans/summer"], await NamesAsync(new RoomQuery(Prefix: "plans/")));
        Assert.Equal(["notes on Spring", "plans/spring"], await NamesAsync(new RoomQuery(Part: "spring")));
        Assert.Equal(["plans/spring"], await NamesAsync(new RoomQuery(RoomOrder.Size, Prefix: "plans", Part: "spr")));
        Assert.Empty(await NamesAsync(new RoomQuery(Part: "autumn")));
    }

    [Fact]
    public async Task A_room_shows_its_hours_and_its_last_snapshot()
    {
        var node = await StartNodeAsync();
        var first = Sample("plan") with
        {
            Bytes = 500,
            SnapshotAt = Noon,
            SnapshotBytes = 500,
            Snapshots = 1,
            ConnectionSeconds = 1.5,
        };
        await node.WriteAsync(Batch(1, [first]), default).Soon();
        var last = Sample("plan", Noon.AddMinutes(59)) with { Updates = 2, ConnectionSeconds = 2 };
        await node.WriteAsync(BatchAt(Noon.AddMinutes(59), 2, [last]), default).Soon();
        var one = Noon.AddHours(1);
        var next = Sample("plan", one) with { Bytes = 700, SnapshotAt = one, SnapshotBytes = 700, Snapshots = 2 };
        await node.WriteAsync(BatchAt(one, 3, [next]), default).Soon();
        var history = await Rooms.FindRoomAsync(DocumentName.Create("plan"), Noon, Noon.AddHours(2), default).Soon();
        var room = history!.Room;
        Assert.Equal((700L, 700L, one, one, 2L), (
            room.Bytes, room.SnapshotBytes!.Value, room.SnapshotAt!.Value, room.LastUsed, room.Updates));
        Assert.Equal(Noon, room.FirstUsed);
        Assert.Equal(
            [(Noon, 500L, 1, 3.5, 2L), (one, 700L, 2, 0.0, 0L)],
            history.Hours.Select(
                hour => (hour.Hour, hour.Bytes, hour.Snapshots, hour.ConnectionSeconds, hour.Updates)));
        Assert.Single(
            (await Rooms.FindRoomAsync(DocumentName.Create("plan"), one, Noon.AddHours(2), default).Soon())!.Hours);
        Assert.Null(await Rooms.FindRoomAsync(DocumentName.Create("other"), Noon, one, default).Soon());
        Assert.Null(await Rooms.ListConnectionsAsync(DocumentName.Create("other"), false, 5, null, default).Soon());
    }

    [Fact]
    public async Task A_cursor_that_was_never_given_is_refused()
    {
        await StartNodeAsync();
        foreach (var cursor in new[] { "x", "!!!", "MTIz", "eCB5", "IA" })
        {
            var rooms = new RoomQuery(RoomOrder.LastUse, Cursor: cursor);
            await Assert.ThrowsAsync<FormatException>(async () => await Rooms.ListRoomsAsync(rooms, default)).Soon();
            await Assert.ThrowsAsync<FormatException>(
                async () =>
                    await Rooms.ListConnectionsAsync(DocumentName.Create("plan"), false, 5, cursor, default)).Soon();
        }
    }

    [Fact]
    public async Task Names_and_users_that_a_database_cannot_hold_come_back_as_they_were()
    {
        var node = await StartNodeAsync();
        string[] names =
        [
            "a\0b", "a\u0001b", "a\u0001\u0001b", "\0", "50%", "under_score", @"back\slash", "emoji \U0001F600",
            "'; drop table relay.rooms; --", new string('é', 512), "\uD7FF", "\uE000", "\U0010FFFF", "x\U0010FFFF",
        ];
        await node.WriteAsync(
            Batch(1, [.. names.Select(name => Sample(name))], Begin("\0", "user\0\ud800")), default).Soon();
        Assert.Equal(
            names.Order(StringComparer.Ordinal), (await NamesAsync(new RoomQuery())).Order(StringComparer.Ordinal));
        foreach (var name in names)
        {
            Assert.Contains(name, await NamesAsync(new RoomQuery(Prefix: name)));
            Assert.Contains(name, await NamesAsync(new RoomQuery(Part: name)));
        }

        Assert.Equal("user\0\ufffd", Assert.Single(await Rooms.ConnectionsAsync("\0")).UserId);
        Assert.Equal(["50%"], await NamesAsync(new RoomQuery(Part: "%")));
        Assert.Equal(["\uD7FF"], await NamesAsync(new RoomQuery(Prefix: "\uD7FF")));
        Assert.Equal(["\U0010FFFF"], await NamesAsync(new RoomQuery(Prefix: "\U0010FFFF")));
    }

    [Fact]
    public async Task Days_that_are_old_enough_are_dropped_and_hourly_figures_stay()
    {
        var node = await StartNodeAsync(keep: TimeSpan.FromDays(30));
        for (var day = 0; day < 4; day++)
        {
            var at = Noon.AddDays(20 * day);
            var begun = Begin("plan", at: at) with { End = End(at.AddHours(1)) };
            await node.WriteAsync(
                BatchAt(at, day + 1, [Sample("plan", at) with { Opened = 1, Updates = 10 }], begun), default).Soon();
        }

        Assert.InRange(await node.PruneAsync(Noon.AddDays(60), default).Soon(), 2, 4);
        Assert.Equal(0, await node.PruneAsync(Noon.AddDays(60), default).Soon());
        Assert.Equal(
            [Noon.AddDays(60), Noon.AddDays(40)], (await Rooms.ConnectionsAsync("plan")).Select(row => row.OpenedAt));
        var history = await Rooms.FindRoomAsync(
            DocumentName.Create("plan"), Noon.AddDays(-1), Noon.AddDays(100), default).Soon();
        Assert.Equal(40, history!.Room.Updates);
        Assert.Equal([10, 10, 10, 10], history.Hours.Select(hour => hour.Updates));
        Assert.Equal(
            4, (await Rooms.TotalsAsync(Noon.AddDays(-1), Noon.AddDays(100), default).Soon()).Sum(hour => hour.Opened));

        // What began on a dropped day ends without a row to complete, and one that comes late gets its day back.
        await node.WriteAsync(
            BatchAt(Noon.AddDays(60), 5, [], Begin("plan") with { IsNew = false, End = End() }), default).Soon();
        var late = BatchAt(Noon.AddDays(60), 6, [], Begin("plan", "late", Noon));
        await UntilWrittenAsync(() => node.WriteAsync(late, default));
        Assert.Equal("late", (await Rooms.ConnectionsAsync("plan"))[^1].UserId);
    }

    [Fact]
    public async Task What_a_killed_start_left_open_is_ended_by_the_next_one()
    {
        var killed = await StartNodeAsync("killed");
        var done = Begin("plan", "left") with { End = End() };
        await killed.WriteAsync(
            Batch(1, [Sample("plan") with { Connections = 2 }], Begin("plan", "cut"), done), default).Soon();
        await LetDieAsync("killed");
        var next = await StartNodeAsync("next");
        await next.WriteAsync(
            Batch(1, [Sample("plan") with { Connections = 1 }], Begin("plan", "stays")), default).Soon();
        await next.BuryDeadNodesAsync(default).Soon();
        Assert.Equal(0, await next.BuryDeadNodesAsync(default).Soon());

        var room = await Rooms.OnlyRoomAsync();
        Assert.Equal(1, room.Connections);
        Assert.Equal(["127.0.0.1:1#next"], room.Nodes);
        var rows = (await Rooms.ConnectionsAsync("plan")).ToDictionary(row => row.UserId!);
        Assert.Equal((1006, "The node died."), (rows["cut"].CloseCode, rows["cut"].CloseReason));
        Assert.NotNull(rows["cut"].ClosedAt);
        Assert.Null(rows["stays"].ClosedAt);
        Assert.Equal("The client left.", rows["left"].CloseReason);
        var nodes = await Rooms.NodesAsync(default).Soon();
        Assert.Equal([("next", null), ("killed", "died")], nodes.Select(node => (node.Incarnation, node.EndedBy)));
    }

    [Fact]
    public async Task A_start_that_ended_by_itself_is_not_taken_for_dead()
    {
        var node = await StartNodeAsync();
        await node.WriteAsync(
            Batch(1, [Sample("plan") with { Connections = 1 }], Begin("plan", "ada")), default).Soon();
        await node.EndAsync(default).Soon();
        await (await StartNodeAsync("next")).BuryDeadNodesAsync(default).Soon();
        Assert.Equal([null, "stopped"], (await Rooms.NodesAsync(default).Soon()).Select(one => one.EndedBy));

        // No connection should be open on it any more; one that is all the same does not stay so.
        Assert.Equal(1012, Assert.Single(await Rooms.ConnectionsAsync("plan")).CloseCode);
        var room = await Rooms.OnlyRoomAsync();
        Assert.Equal(0, room.Connections);
        Assert.Empty(room.Nodes);
    }

    [Fact]
    public async Task A_node_that_the_store_forgot_says_so_and_goes_on()
    {
        var node = await StartNodeAsync();
        await ForgetNodesAsync();
        var batch = Batch(8, [Sample("plan") with { Updates = 3 }]);
        Assert.Equal(BatchOutcome.WrittenByForgottenNode, await node.WriteAsync(batch, default).Soon());
        Assert.Equal(BatchOutcome.Written, await node.WriteAsync(batch, default).Soon());
        Assert.Equal(3, (await Rooms.OnlyRoomAsync()).Updates);
    }
}
