using Microsoft.Data.Sqlite;

namespace Relay.Persistence.Metadata.Sqlite;

/// <summary>
/// Brings the rows of a batch into the tables from which they are merged, with one statement that is prepared once.
/// </summary>
internal static class SqliteStaging
{
    public static void AddRooms(
        SqliteConnection connection, SqliteTransaction transaction, IReadOnlyList<RoomSample> rooms)
    {
        using var command = Prepare(connection, transaction, "rooms_in", columns: 15);
        foreach (var room in rooms)
        {
            var name = RoomText.ToColumn(room.Room.Value);
            Add(
                command,
                name,
                RoomText.Fold(name),
                UtcTimes.ToMicroseconds(room.UsedAt),
                room.IsOpen,
                room.Connections,
                room.Opened,
                room.Peak,
                room.ConnectionSeconds,
                room.Updates,
                room.BytesIn,
                room.BytesOut,
                room.Bytes,
                Microseconds(room.SnapshotAt),
                room.SnapshotBytes,
                room.Snapshots);
        }
    }

    public static void AddConnections(
        SqliteConnection connection, SqliteTransaction transaction, IReadOnlyList<ConnectionChange> changes)
    {
        using var command = Prepare(connection, transaction, "connections_in", columns: 14);
        foreach (var change in changes)
        {
            var name = RoomText.ToColumn(change.Room.Value);
            Add(
                command,
                name,
                RoomText.Fold(name),
                change.Id.ToByteArray(bigEndian: true),
                change.UserId is { } user ? RoomText.ToColumn(user) : null,
                change.Protocol,
                UtcTimes.ToMicroseconds(change.OpenedAt),
                change.IsNew,
                Microseconds(change.End?.ClosedAt),
                change.End?.BytesIn ?? 0,
                change.End?.BytesOut ?? 0,
                change.End?.UpdatesIn ?? 0,
                change.End?.UpdatesOut ?? 0,
                change.End?.Code,
                change.End?.Reason);
        }
    }

    private static SqliteCommand Prepare(
        SqliteConnection connection, SqliteTransaction transaction, string table, int columns)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
        var names = Enumerable.Range(1, columns).Select(column => $"${column}").ToArray();
        command.CommandText = $"insert into {table} values ({string.Join(", ", names)})";
        foreach (var name in names)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        }

        return command;
    }

    private static void Add(SqliteCommand command, params ReadOnlySpan<object?> values)
    {
        for (var column = 0; column < values.Length; column++)
        {
            command.Parameters[column].Value = values[column] ?? DBNull.Value;
        }

        command.ExecuteNonQuery();
    }

    private static long? Microseconds(DateTimeOffset? at) => at is { } time ? UtcTimes.ToMicroseconds(time) : null;
}
