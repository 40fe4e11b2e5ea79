using Dapper;
using Npgsql;
using Relay.Yjs;

namespace Relay.Persistence.Metadata.Postgres;

/// <summary>The reading side. Thread-safe.</summary>
public sealed class PostgresRoomMetadata : IRoomMetadata, IAsyncDisposable
{
    private readonly PostgresConnections connections;

    public PostgresRoomMetadata(PostgresMetadataOptions options)
    {
        UtcTimeHandler.Use();
        connections = new PostgresConnections(options);
    }

    public Task<RoomPage> ListRoomsAsync(RoomQuery query, CancellationToken cancellation)
    {
        var (sql, parameters) = PostgresQuestions.Rooms(query);
        return connections.CallAsync(
            async (connection, token) =>
            {
                var rows = (await connection.QueryAsync<PostgresRoomRow>(
                    new CommandDefinition(sql, parameters, cancellationToken: token))).ToList();
                var isLast = rows.Count <= query.Limit;
                var page = isLast ? rows : rows[..query.Limit];
                return new RoomPage(
                    [.. page.Select(row => row.ToSummary())],
                    isLast ? null : PageCursor.Write(query.Order, page[^1].ToSummary(), page[^1].Id));
            },
            cancellation);
    }

    public Task<RoomHistory?> FindRoomAsync(DocumentName room, DateTimeOffset from, DateTimeOffset to,
        CancellationToken cancellation) => connections.CallAsync(
        async (connection, token) =>
        {
            var row = await connection.QuerySingleOrDefaultAsync<PostgresRoomRow>(
                new CommandDefinition($"{PostgresQuestions.SelectRoom} where m.name = @name",
                    new { name = RoomText.ToColumn(room.Value) }, cancellationToken: token));
            if (row is null)
            {
                return null;
            }

            var hours = await connection.QueryAsync<RoomHour>(new CommandDefinition(
                PostgresQuestions.Hours, new { row.Id, from = from.UtcDateTime, to = to.UtcDateTime },
                cancellationToken: token));
            return new RoomHistory(row.ToSummary(), [.. hours]);
        },
        cancellation);

    public Task<ConnectionPage?> ListConnectionsAsync(DocumentName room, bool onlyOpen, int limit, string? cursor,
        CancellationToken cancellation)
    {
        var (at, tie) = cursor is null ? default : PageCursor.ReadConnection(cursor);
        return connections.CallAsync<ConnectionPage?>(
            async (connection, token) =>
            {
                if (await IdOfAsync(connection, room, token) is not { } id)
                {
                    return null;
                }

                var sql = PostgresQuestions.Connections(onlyOpen, isFirst: cursor is null);
                var rows = (await connection.QueryAsync<ConnectionRow>(new CommandDefinition(
                    sql, new { id, at = at.UtcDateTime, tie, count = limit + 1 }, cancellationToken: token))).ToList();
                var isLast = rows.Count <= limit;
                var page = isLast ? rows : rows[..limit];
                return new ConnectionPage(
                    [.. page.Select(row => row.UserId is { } user
                        ? row with { UserId = RoomText.FromColumn(user) }
                        : row)],
                    isLast ? null : PageCursor.Write(page[^1]));
            },
            cancellation);
    }

    public Task<IReadOnlyList<HourTotals>> TotalsAsync(DateTimeOffset from, DateTimeOffset to,
        CancellationToken cancellation) => connections.CallAsync<IReadOnlyList<HourTotals>>(
        async (connection, token) =>
            [.. await connection.QueryAsync<HourTotals>(
                new CommandDefinition(PostgresQuestions.Totals, new { from = from.UtcDateTime, to = to.UtcDateTime },
                    cancellationToken: token))],
        cancellation);

    public Task<IReadOnlyList<NodeFigures>> NodesAsync(CancellationToken cancellation) =>
        connections.CallAsync<IReadOnlyList<NodeFigures>>(
        async (connection, token) =>
            [.. await connection.QueryAsync<NodeFigures>(
                new CommandDefinition(PostgresQuestions.Nodes, cancellationToken: token))],
        cancellation);

    public ValueTask DisposeAsync() => connections.DisposeAsync();

    private static Task<long?> IdOfAsync(NpgsqlConnection connection, DocumentName room,
        CancellationToken cancellation) =>
        connection.QuerySingleOrDefaultAsync<long?>(
            new CommandDefinition("select id from relay.rooms where name = @name",
                new { name = RoomText.ToColumn(room.Value) }, cancellationToken: cancellation));
}
