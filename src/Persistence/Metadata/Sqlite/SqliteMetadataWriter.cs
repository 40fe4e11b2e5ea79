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
/// log): a killed process loses no batch, a power cut the last ones, and the file stays readable either way.
/// </remarks>
public sealed class SqliteMetadataWriter(SqliteMetadataOptions options, TimeProvider time) : IRoomMetadataWriter
{
    private const int PrunedAtOnce = 10_000;

    private const string Prune = """
        delete from connections
        where id in (select id from connections where opened_at < @before limit @most)
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
                connection.Run(transaction, SqliteBatchSql.Bury, ("@node", node));
                transaction.Commit();
            }

            return outcome;
        },
        cancellation);

    /// <summary>A batch without rows is written only as a sign of life, and only while there are connections.</summary>
    public Task<BatchOutcome> WriteAsync(MetadataBatch batch, CancellationToken cancellation) =>
        batch.Rooms.Count + batch.Connections.Count > 0
            || (batch.OpenConnections > 0 && time.GetUtcNow() - wroteAt >= options.LifeSign)
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
                var days = connection.Number(
                    null,
                    "select count(distinct opened_at / @day) from connections where opened_at < @before",
                    ("@day", MicrosecondsOfDay),
                    ("@before", before));

                // Each part is a transaction of its own: what is done by the deadline stays done.
                while (connection.Run(null, Prune, ("@before", before), ("@most", PrunedAtOnce)) > 0)
                {
                }

                return (int)days!;
            },
            cancellation);
    }

    public Task EndAsync(CancellationToken cancellation) => CallAsync(
        connection =>
        {
            using var transaction = connection.BeginTransaction();
            connection.Run(transaction, SqliteBatchSql.End, ("@node", node), ("@at", Now()));
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
                if (open is null)
                {
                    open = calls.Open(SqliteOpenMode.ReadWriteCreate);
                    open.Run(null, "pragma synchronous = normal; pragma temp_store = memory");
                }

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

    private void Close()
    {
        open?.Dispose();
        open = null;
    }

    private long Now() => UtcTimes.ToMicroseconds(time.GetUtcNow());

    private long Register(SqliteConnection connection, SqliteTransaction transaction) => connection.Number(
        transaction,
        """
        insert into nodes (address, incarnation, started_at, seen_at) values (@address, @incarnation, @now, @now)
        on conflict (incarnation) do update set seen_at = excluded.seen_at
        returning id
        """,
        ("@address", options.Address),
        ("@incarnation", options.Incarnation),
        ("@now", Now()))!.Value;

    private BatchOutcome Write(SqliteConnection connection, MetadataBatch batch)
    {
        using var transaction = connection.BeginTransaction();
        var last = connection.Number(
            transaction,
            "select last_batch from nodes where id = @node and incarnation = @incarnation",
            ("@node", node),
            ("@incarnation", options.Incarnation));
        if (last >= batch.Number)
        {
            return BatchOutcome.Written;
        }

        // The file was replaced by one that does not know this node.
        node = last is null ? Register(connection, transaction) : node;
        var now = time.GetUtcNow();
        connection.Run(
            transaction,
            "update nodes set last_batch = @number, seen_at = @now where id = @node",
            ("@number", batch.Number),
            ("@now", UtcTimes.ToMicroseconds(now)),
            ("@node", node));
        if (batch.Rooms.Count + batch.Connections.Count > 0)
        {
            connection.Run(transaction, SqliteBatchSql.Staging);
            SqliteStaging.AddRooms(connection, transaction, batch.Rooms);
            SqliteStaging.AddConnections(connection, transaction, batch.Connections);
            var at = batch.At.UtcDateTime;
            var hour = new DateTimeOffset(at.Year, at.Month, at.Day, at.Hour, 0, 0, TimeSpan.Zero);
            connection.Run(
                transaction,
                SqliteBatchSql.Merge,
                ("@node", node),
                ("@hour", UtcTimes.ToMicroseconds(hour)),
                ("@connections", batch.OpenConnections),
                ("@rooms", batch.OpenRooms));
        }

        transaction.Commit();
        wroteAt = now;
        return last is null ? BatchOutcome.WrittenByForgottenNode : BatchOutcome.Written;
    }
}
