using Dapper;
using Npgsql;
using Relay.Persistence.Metadata.Postgres;

namespace Relay.Persistence.Metadata;

/// <summary>A database of its own for each test, and what nodes write into it.</summary>
public abstract class PostgresTest(PostgresFixture fixture) : IAsyncLifetime
{
    private readonly List<IAsyncDisposable> opened = [];

    internal PostgresMetadataOptions Options { get; private set; } = null!;

    internal PostgresRoomMetadata Rooms { get; private set; } = null!;

    protected PostgresFixture Fixture => fixture;

    public async Task InitializeAsync()
    {
        Options = await fixture.NewDatabaseAsync();
        Rooms = Keep(new PostgresRoomMetadata(Options));
    }

    public async Task DisposeAsync()
    {
        foreach (var one in opened)
        {
            await one.DisposeAsync().Soon();
        }
    }

    internal T Keep<T>(T one)
        where T : IAsyncDisposable
    {
        opened.Add(one);
        return one;
    }

    /// <summary>A node that has made the tables.</summary>
    internal async Task<PostgresMetadataWriter> StartNodeAsync(string incarnation = "one", TimeSpan? callTimeout = null,
        TimeSpan? keep = null)
    {
        var writer = Keep(
            new PostgresMetadataWriter(
                Options with
                {
                    Incarnation = incarnation,
                    CallTimeout = callTimeout ?? Options.CallTimeout,
                    KeepConnections = keep ?? Options.KeepConnections
                }));
        Assert.Equal(SchemaOutcome.Ready, await writer.PrepareAsync(default).Soon());
        return writer;
    }

    internal async Task<IReadOnlyList<T>> QueryAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(Options.ConnectionString);
        return [.. await connection.QueryAsync<T>(sql).Soon()];
    }

    internal async Task<T> AskAsync<T>(string sql) => Assert.Single(await QueryAsync<T>(sql));
}
