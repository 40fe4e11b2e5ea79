using System.Globalization;
using Dapper;
using Npgsql;

namespace Relay.Persistence.Metadata.Postgres;

/// <summary>
/// The writing side: one node's batches, one at a time, on a connection of its own. A batch is one transaction that
/// begins with its number in the node's row: a try whose outcome is unknown is waited for there, and one that was
/// carried out is not repeated. Not thread-safe.
/// </summary>
public sealed class PostgresMetadataWriter : IRoomMetadataWriter
{
    private readonly PostgresMetadataOptions options;
    private readonly PostgresConnections connections;
    private readonly HashSet<DateOnly> days = [];
    private NpgsqlConnection? open;
    private long node;

    public PostgresMetadataWriter(PostgresMetadataOptions options)
    {
        this.options = options;
        connections = new PostgresConnections(options);
    }

    public string StoreName => "Postgres";

    public async Task<SchemaOutcome> PrepareAsync(CancellationToken cancellation)
    {
        var outcome = await CallAsync((connection, token) => PostgresSchema.MigrateAsync(
            connection, PostgresSchema.Migrations, token), cancellation);
        if (outcome == SchemaOutcome.Ready)
        {
            node = await CallAsync(RegisterAsync, cancellation);
        }

        return outcome;
    }

    public async Task<BatchOutcome> WriteAsync(MetadataBatch batch, CancellationToken cancellation)
    {
        try
        {
            await MakeDaysAsync(batch, cancellation);
            var outcome = await CallAsync((connection, token) => WriteAsync(connection, batch, token), cancellation);
            if (outcome is { } known)
            {
                return known;
            }

            // The database was replaced by one that never heard of this node.
            node = await CallAsync(RegisterAsync, cancellation);
            await CallAsync((connection, token) => WriteAsync(connection, batch, token), cancellation);
            return BatchOutcome.WrittenByForgottenNode;
        }
        catch (PostgresException exception) when (PostgresFailure.IsBadData(exception))
        {
            throw new RoomMetadataRefusedException(PostgresFailure.Words(exception), exception);
        }
        catch (RoomMetadataRefusedException exception)
        {
            // The user's rights, not the batch: they may be given back.
            throw new RoomMetadataUnavailableException(exception.Message, exception);
        }
        catch (RoomMetadataUnavailableException exception) when (exception.InnerException is { } inner
            && PostgresFailure.IsMissingDay(inner))
        {
            days.Clear();
            throw;
        }
    }

    /// <summary>Those that did not write for <see cref="PostgresMetadataOptions.NodeExpiry"/> are dead.</summary>
    public Task<long> BuryDeadNodesAsync(CancellationToken cancellation) => CallAsync(
        async (connection, token) =>
        {
            await using var transaction = await connection.BeginTransactionAsync(token);
            var dead = await connection.ExecuteScalarAsync<long>(
                new CommandDefinition(PostgresBatchSql.Bury, new { expiry = options.NodeExpiry.TotalSeconds },
                    transaction, cancellationToken: token));
            await transaction.CommitAsync(token);
            return dead;
        },
        cancellation);

    public Task<int> PruneAsync(DateTimeOffset now, CancellationToken cancellation) => CallAsync(
        async (connection, token) =>
        {
            await using var transaction = await connection.BeginTransactionAsync(token);
            await LockSchemaAsync(connection, transaction, token);
            var dropped = await connection.ExecuteScalarAsync<int>(
                new CommandDefinition("select relay.drop_days(@before::date)",
                    new { before = Text(DateOnly.FromDateTime((now - options.KeepConnections).UtcDateTime)) },
                    transaction, cancellationToken: token));
            await transaction.CommitAsync(token);
            return dropped;
        },
        cancellation);

    public Task EndAsync(CancellationToken cancellation) => CallAsync(
        async (connection, token) =>
        {
            await using var transaction = await connection.BeginTransactionAsync(token);
            await connection.ExecuteAsync(
                new CommandDefinition(PostgresBatchSql.End, new { node }, transaction, cancellationToken: token));
            await transaction.CommitAsync(token);
            return true;
        },
        cancellation);

    public async ValueTask DisposeAsync()
    {
        if (open is not null)
        {
            await open.DisposeAsync();
        }

        await connections.DisposeAsync();
    }

    /// <summary>
    /// For as long as the transaction lasts, no other node changes tables. Whoever waits for a table that people read
    /// is waited for by everybody behind it, so that wait is short.
    /// </summary>
    private static Task LockSchemaAsync(NpgsqlConnection connection, NpgsqlTransaction transaction,
        CancellationToken cancellation) =>
        connection.ExecuteAsync(
            new CommandDefinition("set local lock_timeout = '2s'; select pg_advisory_xact_lock(@LockKey)",
                new { PostgresSchema.LockKey }, transaction, cancellationToken: cancellation));

    /// <summary>A call on the writer's own connection, which is given up when one fails.</summary>
    private async Task<T> CallAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> call,
        CancellationToken cancellation)
    {
        try
        {
            open ??= await connections.OpenAsync(cancellation);
            var connection = open;
            return await connections.LimitAsync(token => call(connection, token), cancellation);
        }
        catch
        {
            if (open is { } failed)
            {
                open = null;

                // It may still be at something; nobody waits for that.
                _ = failed.DisposeAsync().AsTask()
                    .ContinueWith(static closed => closed.Exception, TaskScheduler.Default);
            }

            throw;
        }
    }

    private Task<long> RegisterAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        connection.ExecuteScalarAsync<long>(new CommandDefinition(
        "insert into relay.nodes (address, incarnation) values (@Address, @Incarnation) on conflict (incarnation) do "
            + "update set seen_at = now() returning id", options, cancellationToken: cancellation));

    /// <summary>The days that the batch's connections began on, each once, before anybody needs them.</summary>
    private async Task MakeDaysAsync(MetadataBatch batch, CancellationToken cancellation)
    {
        var today = DateOnly.FromDateTime(batch.At.UtcDateTime);
        DateOnly[] missing = [
            .. batch.Connections.Where(change => change.IsNew)
            .Select(change => DateOnly.FromDateTime(change.OpenedAt.UtcDateTime)).Append(today).Append(today.AddDays(1))
            .Distinct().Where(day => !days.Contains(day))];
        if (missing.Length == 0)
        {
            return;
        }

        await CallAsync(
            async (connection, token) =>
            {
                await using var transaction = await connection.BeginTransactionAsync(token);
                await LockSchemaAsync(connection, transaction, token);
                await connection.ExecuteAsync(
                    new CommandDefinition("select relay.make_day(day::date) from unnest(@missing) day",
                        new { missing = Array.ConvertAll(missing, Text) }, transaction, cancellationToken: token));
                await transaction.CommitAsync(token);
                return true;
            },
            cancellation);
        days.UnionWith(missing);
    }

    /// <summary>Nothing when the database does not know the node.</summary>
    private async Task<BatchOutcome?> WriteAsync(NpgsqlConnection connection, MetadataBatch batch,
        CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var known = (await connection.QueryAsync<(long LastBatch, bool IsEnded)>(new CommandDefinition(
            "select last_batch, ended_at is not null from relay.nodes where id = @node and incarnation = @Incarnation "
                + "for update", new { node, options.Incarnation }, transaction, cancellationToken: cancellation)))
                    .ToList();
        if (known is not [var row])
        {
            return null;
        }

        if (row.LastBatch >= batch.Number)
        {
            return BatchOutcome.Written;
        }

        await connection.ExecuteAsync(new CommandDefinition(
            "update relay.nodes set last_batch = @Number, seen_at = now(), ended_at = null, ended_by = null where id "
                + "= @node", new { batch.Number, node }, transaction, cancellationToken: cancellation));
        if (row.IsEnded)
        {
            await connection.ExecuteAsync(new CommandDefinition(
                "update relay.connections set closed_at = null, close_code = null, close_reason = null where node_id "
                    + "= @node and close_code = 1006", new { node }, transaction, cancellationToken: cancellation));
        }

        if (batch.Rooms.Count + batch.Connections.Count > 0)
        {
            await MergeAsync(connection, transaction, batch, cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return row.IsEnded ? BatchOutcome.WrittenByForgottenNode : BatchOutcome.Written;
    }

    private async Task MergeAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, MetadataBatch batch,
        CancellationToken cancellation)
    {
        await connection.ExecuteAsync(
            new CommandDefinition(PostgresBatchSql.Staging, null, transaction, cancellationToken: cancellation));
        await PostgresBatchCopy.CopyAsync(connection, batch, cancellation);
        var at = batch.At.UtcDateTime;
        await connection.ExecuteAsync(new CommandDefinition(
            PostgresBatchSql.Merge,
            new
            {
                node,
                at,
                hour = new DateTime(at.Year, at.Month, at.Day, at.Hour, 0, 0, DateTimeKind.Utc),
                connections = batch.OpenConnections,
                rooms = batch.OpenRooms,
                oldest = batch.Connections.Where(change => !change.IsNew)
                    .Select(change => change.OpenedAt.UtcDateTime.AddMilliseconds(-1)).DefaultIfEmpty(at).Min(),
            },
            transaction,
            cancellationToken: cancellation));
    }

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
