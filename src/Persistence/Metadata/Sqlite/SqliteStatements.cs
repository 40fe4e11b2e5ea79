using Microsoft.Data.Sqlite;

namespace Relay.Persistence.Metadata.Sqlite;

/// <summary>
/// Statements of the writing side, which each node runs at its start. The mapper of the reading side compiles code for
/// each statement: 40 ms and some megabytes that a node does not pay before the first query.
/// </summary>
internal static class SqliteStatements
{
    /// <summary>Runs statements, and returns the number of rows that they changed.</summary>
    public static int Run(
        this SqliteConnection connection,
        SqliteTransaction? transaction,
        string sql,
        params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using var command = Make(connection, transaction, sql, parameters);
        return command.ExecuteNonQuery();
    }

    /// <summary>Returns the one number that a question is answered with; null when there is no row.</summary>
    public static long? Number(
        this SqliteConnection connection,
        SqliteTransaction? transaction,
        string sql,
        params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using var command = Make(connection, transaction, sql, parameters);
        return (long?)command.ExecuteScalar();
    }

    private static SqliteCommand Make(
        SqliteConnection connection,
        SqliteTransaction? transaction,
        string sql,
        ReadOnlySpan<(string Name, object Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }
}
