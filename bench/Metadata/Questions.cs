using System.Diagnostics;
using System.Globalization;
using Dapper;
using Npgsql;
using Relay.Persistence.Metadata;
using Relay.Persistence.Metadata.Postgres;
using Relay.Yjs;

namespace Relay.Bench.Metadata;

/// <summary>
/// Asks what the dashboard and the API ask, says how long it took, and shows the server's plans if that is wanted.
/// </summary>
internal static class Questions
{
    public static async Task AskAsync(PostgresMetadataOptions options, int runs, bool plans)
    {
        await using var rooms = new PostgresRoomMetadata(options);
        var busiest = await NameAsync(options, 1);
        var rare = await NameAsync(options, 200_000);
        var now = DateTimeOffset.UtcNow;
        var pages = 0;
        string? far = null;
        while (far is null || pages++ < 98)
        {
            far = (await rooms.ListRoomsAsync(new RoomQuery(RoomOrder.LastUse, Cursor: far), default)).Next;
        }

        Question[] questions =
        [
            List("rooms by name", new RoomQuery()),
            List("rooms by last use", new RoomQuery(RoomOrder.LastUse)),
            List("rooms by size", new RoomQuery(RoomOrder.Size)),
            List("rooms by connections now", new RoomQuery(RoomOrder.Connections)),
            List("the 100th page by last use", new RoomQuery(RoomOrder.LastUse, Cursor: far)),
            List("rooms that begin with minutes/, by name", new RoomQuery(Prefix: "minutes/")),
            List("rooms that begin with minutes/, by last use", new RoomQuery(RoomOrder.LastUse, Prefix: "minutes/")),
            List("rooms that contain a rare part, by last use", new RoomQuery(RoomOrder.LastUse, Part: rare[10..24])),
            List("rooms that contain a common part, by last use", new RoomQuery(RoomOrder.LastUse, Part: "ticket")),
            List("rooms that contain what none contains, by size", new RoomQuery(RoomOrder.Size, Part: "nowhere")),
            List("rooms that contain two letters of none, by size", new RoomQuery(RoomOrder.Size, Part: "zz")),
            new("the busiest room and its 30 days",
                asked => asked.FindRoomAsync(DocumentName.Create(busiest), now.AddDays(-30), now.AddHours(1), default),
                PostgresQuestions.Hours,
                new { Id = 1L, from = now.AddDays(-30).UtcDateTime, to = now.UtcDateTime }),
            Connections("connections of the busiest room", busiest, 1, false),
            Connections("connections of a rare room", rare, 200_000, false),
            Connections("who is in the busiest room now", busiest, 1, true),
            new("all rooms together, 30 days by hours",
                asked => asked.TotalsAsync(now.AddDays(-30), now.AddHours(1), default), PostgresQuestions.Totals,
                new { from = now.AddDays(-30).UtcDateTime, to = now.UtcDateTime }),
            new("all nodes", asked => asked.NodesAsync(default), PostgresQuestions.Nodes, new { }),
        ];
        Console.WriteLine();
        Console.WriteLine("| question | median ms | worst ms |");
        Console.WriteLine("| --- | --- | --- |");
        foreach (var (name, ask, _, _) in questions)
        {
            await ask(rooms);
            var times = new double[runs];
            for (var run = 0; run < runs; run++)
            {
                var started = Stopwatch.GetTimestamp();
                await ask(rooms);
                times[run] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            }

            Array.Sort(times);
            Console.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"| {name} | {times[runs / 2]:f1} | {times[^1]:f1} |"));
        }

        if (plans)
        {
            await ExplainAsync(options, questions);
        }
    }

    private static Question List(string name, RoomQuery query)
    {
        var (sql, parameters) = PostgresQuestions.Rooms(query);
        return new Question(name, asked => asked.ListRoomsAsync(query, default), sql, parameters);
    }

    private static Question Connections(string name, string room, long id, bool onlyOpen) => new(
        name, asked => asked.ListConnectionsAsync(DocumentName.Create(room), onlyOpen, 50, null, default),
            PostgresQuestions.Connections(onlyOpen, isFirst: true), new { id, count = 51 });

    private static async Task ExplainAsync(PostgresMetadataOptions options, Question[] questions)
    {
        await using var connection = new NpgsqlConnection(options.ConnectionString);
        foreach (var (name, _, sql, parameters) in questions)
        {
            Console.WriteLine($"\n== {name}");
            foreach (var line in await connection.QueryAsync<string>("explain (analyze, buffers) " + sql, parameters))
            {
                Console.WriteLine(line);
            }
        }
    }

    private static async Task<string> NameAsync(PostgresMetadataOptions options, long id)
    {
        await using var connection = new NpgsqlConnection(options.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "select name from relay.rooms where id <= $1 order by id desc limit 1",
            connection)
        { Parameters = { new() { Value = id } } };
        return (string)(await command.ExecuteScalarAsync())!;
    }

    /// <param name="Name">What it asks, in words.</param>
    /// <param name="Ask">Asks it as the node does.</param>
    /// <param name="Sql">Its statement, or the one of them that takes longest.</param>
    /// <param name="Parameters">That one's parameters.</param>
    private sealed record Question(string Name, Func<PostgresRoomMetadata, Task> Ask, string Sql, object Parameters);
}
