using Dapper;
using Npgsql;

namespace Relay.Persistence.Metadata.Postgres;

/// <summary>
/// Brings the tables to the form that this version needs: each step in a transaction of its own, under a lock that
/// nodes which start at the same time share, so that each is taken once.
/// </summary>
internal static class PostgresSchema
{
    /// <summary>The key of the advisory lock: the ASCII letters of "relay".</summary>
    public const long LockKey = 0x72656C6179;

    /// <summary>All steps that this version knows.</summary>
    public static IReadOnlyList<Migration> Migrations { get; } = Migration.ReadAll("Postgres");

    private const string Prepare = """
        create schema if not exists relay;
        create table if not exists relay.migrations (
            version integer primary key,
            name text not null,
            checksum text not null,
            applied_at timestamptz not null default now()
        );
        """;

    public static async Task<SchemaOutcome> MigrateAsync(
        NpgsqlConnection connection, IReadOnlyList<Migration> migrations, CancellationToken cancellation)
    {
        while (true)
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            await connection.ExecuteAsync(
                new CommandDefinition("select pg_advisory_xact_lock(@LockKey)", new { LockKey }, transaction,
                    cancellationToken: cancellation));
            if (!await connection.ExecuteScalarAsync<bool>(
                new CommandDefinition("select to_regclass('relay.migrations') is not null", null, transaction,
                    cancellationToken: cancellation)))
            {
                await connection.ExecuteAsync(
                    new CommandDefinition(Prepare, null, transaction, cancellationToken: cancellation));
            }

            var applied = (await connection.QueryAsync<(int Version, string Checksum)>(
                new CommandDefinition("select version, checksum from relay.migrations order by version", null,
                    transaction, cancellationToken: cancellation))).ToList();
            if (Migration.Compare(migrations, applied) is not SchemaOutcome.Ready and var unfit)
            {
                return unfit;
            }

            if (applied.Count == migrations.Count)
            {
                await transaction.CommitAsync(cancellation);
                return SchemaOutcome.Ready;
            }

            var next = migrations[applied.Count];
            await using (var command = new NpgsqlCommand(next.Sql, connection, transaction))
            {
                await command.ExecuteNonQueryAsync(cancellation);
            }

            await connection.ExecuteAsync(
                new CommandDefinition(
                    "insert into relay.migrations (version, name, checksum) values (@Version, @Name, @Checksum)", next,
                    transaction, cancellationToken: cancellation));
            await transaction.CommitAsync(cancellation);
        }
    }
}
