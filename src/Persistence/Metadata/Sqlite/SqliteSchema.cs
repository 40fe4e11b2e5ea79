using Microsoft.Data.Sqlite;

namespace Relay.Persistence.Metadata.Sqlite;

/// <summary>Brings the file to the form that this version needs, each step in a transaction of its own.</summary>
internal static class SqliteSchema
{
    /// <summary>Tells the node's files from those of other programs: the ASCII letters of "Rely".</summary>
    public const int ApplicationId = 0x52656C79;

    private const string Prepare = """
        create table migrations (
            version integer primary key, name text not null, checksum text not null, applied_at integer not null);
        """;

    /// <summary>All steps that this version knows.</summary>
    public static IReadOnlyList<Migration> Migrations { get; } = Migration.ReadAll("Sqlite");

    public static SchemaOutcome Migrate(
        SqliteConnection connection, IReadOnlyList<Migration> migrations, DateTimeOffset now)
    {
        if (Read(connection) is not { } applied)
        {
            return SchemaOutcome.Foreign;
        }

        if (Migration.Compare(migrations, applied) is not SchemaOutcome.Ready and var unfit)
        {
            return unfit;
        }

        // Not before: this writes into the file. Where the file system cannot do it, the mode stays what it was.
        connection.Run(null, "pragma journal_mode = wal");
        foreach (var next in migrations.Skip(applied.Count))
        {
            using var transaction = connection.BeginTransaction();
            if (next.Version == 1)
            {
                connection.Run(transaction, $"pragma application_id = {ApplicationId}; {Prepare}");
            }

            connection.Run(transaction, next.Sql);
            connection.Run(
                transaction,
                "insert into migrations (version, name, checksum, applied_at) values (@version, @name, @checksum, @at)",
                ("@version", next.Version),
                ("@name", next.Name),
                ("@checksum", next.Checksum),
                ("@at", UtcTimes.ToMicroseconds(now)));
            transaction.Commit();
        }

        return SchemaOutcome.Ready;
    }

    /// <summary>The steps that the file took; null for a file of another program.</summary>
    private static List<(int Version, string Checksum)>? Read(SqliteConnection connection) =>
        connection.Number(null, "pragma application_id") switch
        {
            ApplicationId => ReadSteps(connection),
            0 when connection.Number(null, "select count(*) from sqlite_master") == 0 => [],
            _ => null,
        };

    private static List<(int Version, string Checksum)> ReadSteps(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "select version, checksum from migrations order by version";
        using var reader = command.ExecuteReader();
        var steps = new List<(int Version, string Checksum)>();
        while (reader.Read())
        {
            steps.Add((reader.GetInt32(0), reader.GetString(1)));
        }

        return steps;
    }
}
