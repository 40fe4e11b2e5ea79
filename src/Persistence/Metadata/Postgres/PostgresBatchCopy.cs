using Npgsql;
using NpgsqlTypes;

namespace Relay.Persistence.Metadata.Postgres;

/// <summary>Puts the rows of a batch into the tables of its transaction, column by column.</summary>
internal static class PostgresBatchCopy
{
    /// <summary>Copies a batch. The tables are those of <see cref="PostgresBatchSql.Staging"/>.</summary>
    public static async Task CopyAsync(
        NpgsqlConnection connection, MetadataBatch batch, CancellationToken cancellation)
    {
        await CopyRoomsAsync(connection, batch.Rooms, cancellation);
        await CopyConnectionsAsync(connection, batch.Connections, cancellation);
    }

    private static async Task CopyRoomsAsync(NpgsqlConnection connection, IReadOnlyList<RoomSample> rooms,
        CancellationToken cancellation)
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            "copy rooms_in from stdin (format binary)", cancellation);
        foreach (var room in rooms)
        {
            await copy.StartRowAsync(cancellation);
            await copy.WriteAsync(RoomText.ToColumn(room.Room.Value), NpgsqlDbType.Text, cancellation);
            await copy.WriteAsync(room.UsedAt.UtcDateTime, NpgsqlDbType.TimestampTz, cancellation);
            await copy.WriteAsync(room.IsOpen, NpgsqlDbType.Boolean, cancellation);
            await copy.WriteAsync(room.Connections, NpgsqlDbType.Integer, cancellation);
            await copy.WriteAsync(room.Opened, NpgsqlDbType.Integer, cancellation);
            await copy.WriteAsync(room.Peak, NpgsqlDbType.Integer, cancellation);
            await copy.WriteAsync(room.ConnectionSeconds, NpgsqlDbType.Double, cancellation);
            await copy.WriteAsync(room.Updates, NpgsqlDbType.Bigint, cancellation);
            await copy.WriteAsync(room.BytesIn, NpgsqlDbType.Bigint, cancellation);
            await copy.WriteAsync(room.BytesOut, NpgsqlDbType.Bigint, cancellation);
            await copy.WriteAsync(room.Bytes, NpgsqlDbType.Bigint, cancellation);
            await WriteAsync(copy, room.SnapshotAt?.UtcDateTime, NpgsqlDbType.TimestampTz, cancellation);
            await WriteAsync(copy, room.SnapshotBytes, NpgsqlDbType.Bigint, cancellation);
            await copy.WriteAsync(room.Snapshots, NpgsqlDbType.Integer, cancellation);
        }

        await copy.CompleteAsync(cancellation);
    }

    private static async Task CopyConnectionsAsync(NpgsqlConnection connection, IReadOnlyList<ConnectionChange> changes,
        CancellationToken cancellation)
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            "copy connections_in from stdin (format binary)", cancellation);
        foreach (var change in changes)
        {
            await copy.StartRowAsync(cancellation);
            await copy.WriteAsync(RoomText.ToColumn(change.Room.Value), NpgsqlDbType.Text, cancellation);
            await copy.WriteAsync(change.Id, NpgsqlDbType.Uuid, cancellation);
            await WriteAsync(copy, change.UserId is { } user ? RoomText.ToColumn(user) : null,
                NpgsqlDbType.Text, cancellation);
            await copy.WriteAsync(change.Protocol, NpgsqlDbType.Text, cancellation);
            await copy.WriteAsync(change.OpenedAt.UtcDateTime, NpgsqlDbType.TimestampTz, cancellation);
            await copy.WriteAsync(change.IsNew, NpgsqlDbType.Boolean, cancellation);
            await WriteAsync(copy, change.End?.ClosedAt.UtcDateTime, NpgsqlDbType.TimestampTz, cancellation);
            await copy.WriteAsync(change.End?.BytesIn ?? 0, NpgsqlDbType.Bigint, cancellation);
            await copy.WriteAsync(change.End?.BytesOut ?? 0, NpgsqlDbType.Bigint, cancellation);
            await copy.WriteAsync(change.End?.UpdatesIn ?? 0, NpgsqlDbType.Bigint, cancellation);
            await copy.WriteAsync(change.End?.UpdatesOut ?? 0, NpgsqlDbType.Bigint, cancellation);
            await WriteAsync(copy, change.End?.Code, NpgsqlDbType.Integer, cancellation);
            await WriteAsync(copy, change.End?.Reason, NpgsqlDbType.Text, cancellation);
        }

        await copy.CompleteAsync(cancellation);
    }

    private static Task WriteAsync<T>(NpgsqlBinaryImporter copy, T? value, NpgsqlDbType type,
        CancellationToken cancellation)
        where T : struct => value is { } present ? copy.WriteAsync(present, type, cancellation)
            : copy.WriteNullAsync(cancellation);

    private static Task WriteAsync(NpgsqlBinaryImporter copy, string? value, NpgsqlDbType type,
        CancellationToken cancellation) =>
        value is not null ? copy.WriteAsync(value, type, cancellation) : copy.WriteNullAsync(cancellation);
}
