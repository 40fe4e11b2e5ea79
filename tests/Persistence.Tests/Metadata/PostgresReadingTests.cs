using Relay.TestServers;
using Relay.Yjs;

namespace Relay.Persistence.Metadata;

[NeedsServer(Kind = ServerKind.Postgres)]
[Collection(PostgresCollectionDefinition.Name)]
public sealed class PostgresReadingTests(PostgresFixture fixture) : PostgresTest(fixture)
{
    [ServerFact]
    public async Task Pages_of_every_order_have_each_room_once()
    {
        var node = await StartNodeAsync();
        var samples = Enumerable.Range(0, 57).Select(number => Sample($"room {number:d3}", Noon.AddMinutes(number % 7)) with { Connections = number % 5, Bytes = 2 + (number % 4) }).ToArray();
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
            Assert.Equal(
                order switch
                {
                    RoomOrder.LastUse => rooms.OrderByDescending(room => room.LastUsed).Select(room => room.LastUsed.ToString("o")),
                    RoomOrder.Size => rooms.OrderByDescending(room => room.Bytes).Select(room => $"{room.Bytes}"),
                    RoomOrder.Connections => rooms.OrderByDescending(room => room.Connections).Select(room => $"{room.Connections}"),
                    _ => rooms.OrderBy(room => room.Name, StringComparer.Ordinal).Select(room => room.Name),
                },
                rooms.Select(room => order switch { RoomOrder.LastUse => room.LastUsed.ToString("o"), RoomOrder.Size => $"{room.Bytes}", RoomOrder.Connections => $"{room.Connections}", _ => room.Name }));
        }
    }

    [ServerFact]
    public async Task Pages_of_connections_have_each_one_once_and_the_latest_first()
    {
        var node = await StartNodeAsync();
        var begun = Enumerable.Range(0, 23).Select(number => Begin("plan", $"user {number}", Noon.AddHours(number - (number % 2)))).ToArray();
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
        Assert.Equal(rows.OrderByDescending(row => row.OpenedAt).Select(row => row.OpenedAt), rows.Select(row => row.OpenedAt));
    }

    [ServerFact]
    public async Task Rooms_are_found_by_the_beginning_and_by_a_part_of_their_names()
    {
        var node = await StartNodeAsync();
        await node.WriteAsync(Batch(1, [Sample("plans/spring"), Sample("plans/summer"), Sample("notes on Spring")]), default).Soon();
        Assert.Equal(["plans/spring", "plans/summer"], await NamesAsync(new RoomQuery(Prefix: "plans/")));
        Assert.Equal(["notes on Spring", "plans/spring"], await NamesAsync(new RoomQuery(Part: "spring")));
        Assert.Equal(["plans/spring"], await NamesAsync(new RoomQuery(RoomOrder.Size, Prefix: "plans", Part: "spr")));
        Assert.Empty(await NamesAsync(new RoomQuery(Part: "autumn")));
    }

    [ServerFact]
    public async Task A_room_shows_its_hours_and_its_last_snapshot()
    {
        var node = await StartNodeAsync();
        await node.WriteAsync(Batch(1, [Sample("plan") with { Bytes = 500, SnapshotAt = Noon, SnapshotBytes = 500, Snapshots = 1, ConnectionSeconds = 1.5 }]), default).Soon();
        await node.WriteAsync(BatchAt(Noon.AddMinutes(59), 2, [Sample("plan", Noon.AddMinutes(59)) with { Updates = 2, ConnectionSeconds = 2 }]), default).Soon();
        await node.WriteAsync(BatchAt(Noon.AddHours(1), 3, [Sample("plan", Noon.AddHours(1)) with { Bytes = 700, SnapshotAt = Noon.AddHours(1), SnapshotBytes = 700, Snapshots = 2 }]), default).Soon();
        var history = await Rooms.FindRoomAsync(DocumentName.Create("plan"), Noon, Noon.AddHours(2), default).Soon();
        Assert.Equal((700L, 700L, Noon.AddHours(1), Noon.AddHours(1), 2L), (history!.Room.Bytes, history.Room.SnapshotBytes!.Value, history.Room.SnapshotAt!.Value, history.Room.LastUsed, history.Room.Updates));
        Assert.Equal([(Noon, 500L, 1, 3.5, 2L), (Noon.AddHours(1), 700L, 2, 0.0, 0L)], history.Hours.Select(hour => (hour.Hour, hour.Bytes, hour.Snapshots, hour.ConnectionSeconds, hour.Updates)));
        Assert.Single((await Rooms.FindRoomAsync(DocumentName.Create("plan"), Noon.AddHours(1), Noon.AddHours(2), default).Soon())!.Hours);
        Assert.Null(await Rooms.FindRoomAsync(DocumentName.Create("other"), Noon, Noon.AddHours(1), default).Soon());
        Assert.Null(await Rooms.ListConnectionsAsync(DocumentName.Create("other"), false, 5, null, default).Soon());
    }

    [ServerFact]
    public async Task A_cursor_that_nobody_gave_is_refused()
    {
        await StartNodeAsync();
        foreach (var cursor in new[] { "x", "!!!", "MTIz", "eCB5", "IA" })
        {
            await Assert.ThrowsAsync<FormatException>(async () => await Rooms.ListRoomsAsync(new RoomQuery(RoomOrder.LastUse, Cursor: cursor), default)).Soon();
            await Assert.ThrowsAsync<FormatException>(async () => await Rooms.ListConnectionsAsync(DocumentName.Create("plan"), false, 5, cursor, default)).Soon();
        }
    }

    private async Task<IEnumerable<string>> NamesAsync(RoomQuery query) => (await Rooms.ListRoomsAsync(query, default).Soon()).Rooms.Select(room => room.Name);
}
