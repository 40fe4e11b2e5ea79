using Dapper;
using Microsoft.Data.Sqlite;
using Relay.Yjs;

namespace Relay.Persistence.Metadata.Sqlite;

/// <summary>
/// The reading side. Each question opens the file for itself, and none waits for the writer or makes it wait. Thread-
/// safe.
/// </summary>
public sealed class SqliteRoomMetadata : IRoomMetadata
{
    /// <summary>Questions at once: more would only take threads of the pool from each other.</summary>
    private const int AtOnce = 2;

    private readonly SqliteCalls calls;
    private readonly TimeProvider time;

    public SqliteRoomMetadata(SqliteMetadataOptions options, TimeProvider time)
    {
        this.time = time;
        calls = new SqliteCalls(options.Path, options.CallTimeout, AtOnce);
    }

    public Task<RoomPage> ListRoomsAsync(RoomQuery query, CancellationToken cancellation)
    {
        var (sql, parameters) = SqliteQuestions.Rooms(query);
        return AskAsync(
            connection =>
            {
                var rows = connection.Query<SqliteRoomRow>(sql, parameters).ToList();
                var isLast = rows.Count <= query.Limit;
                var rooms = rows.Take(query.Limit).Select(row => row.ToSummary()).ToList();
                return new RoomPage(
                    rooms, isLast ? null : PageCursor.Write(query.Order, rooms[^1], rows[query.Limit - 1].Id));
            },
            cancellation);
    }

    public Task<RoomHistory?> FindRoomAsync(
        DocumentName room, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation) => AskAsync(
        connection =>
        {
            var name = RoomText.ToColumn(room.Value);
            if (connection.QuerySingleOrDefault<SqliteRoomRow>(
                $"{SqliteQuestions.Room} where m.name = @name", new { name }) is not { } row)
            {
                return null;
            }

            var hours = connection.Query<RoomHour>(
                SqliteQuestions.Hours,
                new { row.Id, from = UtcTimes.ToMicroseconds(from), to = UtcTimes.ToMicroseconds(to) });
            return new RoomHistory(row.ToSummary(), [.. hours]);
        },
        cancellation);

    public Task<ConnectionPage?> ListConnectionsAsync(
        DocumentName room, bool onlyOpen, int limit, string? cursor, CancellationToken cancellation)
    {
        var (at, tie) = cursor is null ? default : PageCursor.ReadConnection(cursor);
        return AskAsync(
            connection =>
            {
                var name = RoomText.ToColumn(room.Value);
                if (connection.ExecuteScalar<long?>(
                    "select id from rooms where name = @name", new { name }) is not { } id)
                {
                    return null;
                }

                var rows = connection.Query<SqliteConnectionRow>(
                    SqliteQuestions.Connections(onlyOpen, isFirst: cursor is null),
                    new
                    {
                        id,
                        at = UtcTimes.ToMicroseconds(at),
                        tie = tie.ToByteArray(bigEndian: true),
                        count = limit + 1,
                    }).ToList();
                var page = rows.Take(limit).Select(row => row.ToRow()).ToList();
                return new ConnectionPage(page, rows.Count <= limit ? null : PageCursor.Write(page[^1]));
            },
            cancellation);
    }

    public Task<IReadOnlyList<HourTotals>> TotalsAsync(
        DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation) =>
        AskAsync<IReadOnlyList<HourTotals>>(
            connection => [.. connection.Query<HourTotals>(
                SqliteQuestions.Totals,
                new { from = UtcTimes.ToMicroseconds(from), to = UtcTimes.ToMicroseconds(to) })],
            cancellation);

    public Task<IReadOnlyList<NodeFigures>> NodesAsync(CancellationToken cancellation) =>
        AskAsync<IReadOnlyList<NodeFigures>>(
            connection => [.. connection.Query<NodeFigures>(
                SqliteQuestions.Nodes, new { dayAgo = UtcTimes.ToMicroseconds(time.GetUtcNow().AddHours(-24)) })],
            cancellation);

    private Task<T> AskAsync<T>(Func<SqliteConnection, T> question, CancellationToken cancellation) => calls.RunAsync(
        token =>
        {
            // Not before the first question: many nodes are never asked one, and the mapper takes megabytes.
            UtcTimeHandler.Use();
            using var connection = calls.Open(SqliteOpenMode.ReadOnly);
            SqliteCalls.Limit(connection, token);
            return question(connection);
        },
        cancellation);
}
