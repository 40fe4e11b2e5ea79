using Dapper;
using Microsoft.Data.Sqlite;

namespace Relay.Persistence.Metadata.Sqlite;

/// <summary>
/// The writing side: the batches of the one node that the file belongs to, on one connection. A batch is one
/// transaction
/// with its number in the node's row, so a try whose outcome is unknown is not repeated. Not thread-safe.
/// </summary>
/// <remarks>
/// A commit writes to the operating system and does not wait for the disk (<c>synchronous = normal</c> with a write-
/// ahead
/// log): a killed process loses no batch, a power cut the last ones, and the file stays whole either way.
/// </remarks>
public sealed class SqliteMetadataWriter(SqliteMetadataOptions options, TimeProvider time) : IRoomMetadataWriter
{
    private const int PrunedAtOnce = 10_000;

    private const string Prune = """
        delete from connections
        where id in (select id from connections where opened_at < @before limit @PrunedAtOnce)
        """;

    private const long MicrosecondsOfDay = TimeSpan.TicksPerDay / TimeSpan.TicksPerMicrosecond;

    // One at a time. What follows belongs to the call that runs.
    private readonly SqliteCalls calls = new(options.Path, options.CallTimeout, atOnce: 1);
    private SqliteConnection? open;
    private long node;
    private DateTimeOffset wroteAt;

    public string StoreName => $"the metadata file {options.Path}";

    public Task<SchemaOutcome> PrepareAsync(CancellationToken cancellation) => CallAsync(
        connection =>
        {
            var outcome = SqliteSchema.Migrate(connection, SqliteSchema.Migrations, time.GetUtcNow());
            if (outcome == SchemaOutcome.Ready)
            {
                using var transaction = connection.BeginTransaction();
                node = Register(connection, transaction);
                connection.Execute(SqliteBatchSql.Bury, new { node }, transaction);
                transaction.Commit();
            }

            return outcome;
        },
        cancellation);

    /// <summary>A batch without rows is written only as a sign of life, and only while there are connections.</summary>
    public Task<BatchOutcome> WriteAsync(MetadataBatch batch, CancellationToken cancellation) =>
        batch.Rooms.Count + batch.Connections.Count > 0 || (
            batch.OpenConnections > 0 && time.GetUtcNow() - wroteAt >= options.LifeSign)
            ? CallAsync(connection => Write(connection, batch), cancellation)
            : Task.FromResult(BatchOutcome.Written);

    /// <summary>
    /// There are none: the file belongs to one node, and <see cref="PrepareAsync"/> ended what was left by others.
    /// </summary>
    public Task<long> BuryDeadNodesAsync(CancellationToken cancellation) => Task.FromResult(0L);

    public Task<int> PruneAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        var day = (now - options.KeepConnections).UtcDateTime.Date;
        var before = UtcTimes.ToMicroseconds(new DateTimeOffset(day, TimeSpan.Zero));
        return CallAsync(
            connection =>
            {
                var days = connection.ExecuteScalar<int>(
                    "select count(distinct opened_at / @MicrosecondsOfDay) from connections where opened_at < @before",
                    new { MicrosecondsOfDay, before });

                // Each part is a transaction of its own: what is done by the deadline stays done.
                while (connection.Execute(Prune, new { before, PrunedAtOnce }) > 0)
                {
                }

                return days;
            },
            cancellation);
    }

    public Task EndAsync(CancellationToken cancellation) => CallAsync(
        connection =>
        {
            using var transaction = connection.BeginTransaction();
            connection.Execute(
                SqliteBatchSql.End, new { node, at = UtcTimes.ToMicroseconds(time.GetUtcNow()) }, transaction);
            transaction.Commit();
            return true;
        },
        cancellation);

    /// <summary>Closes the file, which empties the write-ahead log. A call that hangs keeps it open.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await calls.RunAsync(
                _ =>
                {
                    Close();
                    return true;
                },
                CancellationToken.None);
        }
        catch (RoomMetadataUnavailableException)
        {
        }
    }

    /// <summary>A call on the writer's connection, which is closed when one fails.</summary>
    private Task<T> CallAsync<T>(Func<SqliteConnection, T> call, CancellationToken cancellation) => calls.RunAsync(
        token =>
        {
            try
            {
                open ??= Open();
                SqliteCalls.Limit(open, token);
                return call(open);
            }
            catch
            {
                Close();
                throw;
            }
        },
        cancellation);

    private SqliteConnection Open()
    {
        var connection = calls.Open(SqliteOpenMode.ReadWriteCreate);
        connection.Execute("pragma synchronous = normal; pragma temp_store = memory");
        return connection;
    }

    private void Close()
    {
        open?.Dispose();
        open = null;
    }

    private long Register(SqliteConnection connection, SqliteTransaction transaction) => connection.ExecuteScalar<long>(
        """
        insert into nodes (address, incarnation, started_at, seen_at) values (@Address, @Incarnation, @now, @now)
        on conflict (incarnation) do update set seen_at = excluded.seen_at
        returning id
        """,
        new { options.Address, options.Incarnation, now = UtcTimes.ToMicroseconds(time.GetUtcNow()) },
        transaction);

    private BatchOutcome Write(SqliteConnection connection, MetadataBatch batch)
    {
        using var transaction = connection.BeginTransaction();
        var last = connection.ExecuteScalar<long?>(
            "select last_batch from nodes where id = @node and incarnation = @Incarnation",
            new { node, options.Incarnation },
            transaction);
        if (last >= batch.Number)
        {
            return BatchOutcome.Written;
        }

        // The file was replaced by one that does not know this node.
        node = last is null ? Register(connection, transaction) : node;
        var now = time.GetUtcNow();
        connection.Execute(
            "update nodes set last_batch = @Number, seen_at = @now where id = @node",
            new { batch.Number, now = UtcTimes.ToMicroseconds(now), node },
            transaction);
        if (batch.Rooms.Count + batch.Connections.Count > 0)
        {
            connection.Execute(SqliteBatchSql.Staging, transaction: transaction);
            SqliteStaging.AddRooms(connection, transaction, batch.Rooms);
            SqliteStaging.AddConnections(connection, transaction, batch.Connections);
            var at = batch.At.UtcDateTime;
            var hour = new DateTimeOffset(at.Year, at.Month, at.Day, at.Hour, 0, 0, TimeSpan.Zero);
            connection.Execute(
                SqliteBatchSql.Merge,
                new
                {
                    node,
                    hour = UtcTimes.ToMicroseconds(hour),
                    connections = batch.OpenConnections,
                    rooms = batch.OpenRooms,
                },
                transaction);
        }

        transaction.Commit();
        wroteAt = now;
        return last is null ? BatchOutcome.WrittenByForgottenNode : BatchOutcome.Written;
    }
}
