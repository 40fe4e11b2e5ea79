using Dapper;
using Npgsql;
using Relay.Persistence.Metadata.Postgres;
using Relay.Yjs;

namespace Relay.Persistence.Metadata;

/// <summary>A database of its own for each test, and what nodes write into it.</summary>
public abstract class PostgresTest(PostgresFixture fixture) : IAsyncLifetime
{
    protected static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

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
    internal async Task<PostgresMetadataWriter> StartNodeAsync(string incarnation = "one", TimeSpan? callTimeout = null, TimeSpan? keep = null)
    {
        var writer = Keep(new PostgresMetadataWriter(Options with { Incarnation = incarnation, CallTimeout = callTimeout ?? Options.CallTimeout, KeepConnections = keep ?? Options.KeepConnections }));
        Assert.Equal(SchemaOutcome.Ready, await writer.PrepareAsync(default).Soon());
        return writer;
    }

    internal async Task<IReadOnlyList<T>> QueryAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(Options.ConnectionString);
        return [.. await connection.QueryAsync<T>(sql).Soon()];
    }

    internal async Task<T> AskAsync<T>(string sql) => Assert.Single(await QueryAsync<T>(sql));

    internal static RoomSample Sample(string room, DateTimeOffset? at = null) => new() { Room = DocumentName.Create(room), UsedAt = at ?? Noon, IsOpen = true };

    internal static MetadataBatch Batch(long number, RoomSample[] rooms, params ConnectionChange[] connections) => BatchAt(Noon, number, rooms, connections);

    internal static MetadataBatch BatchAt(DateTimeOffset at, long number, RoomSample[] rooms, params ConnectionChange[] connections) =>
        new(number, at, rooms, connections, rooms.Sum(room => room.Connections), rooms.Length);

    internal static ConnectionChange Begin(string room, string? user = null, DateTimeOffset? at = null) =>
        new(Guid.CreateVersion7(), DocumentName.Create(room), user, "y-websocket", at ?? Noon, true, null);

    internal static ConnectionEnd End(DateTimeOffset? at = null, int? code = null) => new(at ?? Noon.AddMinutes(5), 100, 2000, 3, 40, code, "The client left.");
}
