using Dapper;
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
        connection.Execute("pragma journal_mode = wal");
        foreach (var next in migrations.Skip(applied.Count))
        {
            using var transaction = connection.BeginTransaction();
            if (next.Version == 1)
            {
                connection.Execute($"pragma application_id = {ApplicationId}; {Prepare}", transaction: transaction);
            }

            connection.Execute(next.Sql, transaction: transaction);
            connection.Execute(
                "insert into migrations (version, name, checksum, applied_at) values (@Version, @Name, @Checksum, @at)",
                new { next.Version, next.Name, next.Checksum, at = UtcTimes.ToMicroseconds(now) },
                transaction);
            transaction.Commit();
        }

        return SchemaOutcome.Ready;
    }

    /// <summary>The steps that the file took; null for a file of another program.</summary>
    private static List<(int Version, string Checksum)>? Read(SqliteConnection connection) =>
        connection.ExecuteScalar<long>("pragma application_id") switch
        {
            ApplicationId => [.. connection.Query<(int Version, string Checksum)>(
                "select version, checksum from migrations order by version")],
            0 when connection.ExecuteScalar<long>("select count(*) from sqlite_master") == 0 => [],
            _ => null,
        };
}
