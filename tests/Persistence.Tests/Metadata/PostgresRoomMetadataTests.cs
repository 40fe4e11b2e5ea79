using Dapper;
using Npgsql;
using Relay.Persistence.Metadata.Postgres;

namespace Relay.Persistence.Metadata;

[Collection(PostgresCollectionDefinition.Name)]
public sealed class PostgresRoomMetadataTests(PostgresFixture fixture) : RoomMetadataSpecification
{
    private PostgresMetadataOptions options = null!;
    private PostgresRoomMetadata? rooms;

    protected override async Task<IRoomMetadata> OpenAsync()
    {
        options = await fixture.NewDatabaseAsync();
        return rooms = new PostgresRoomMetadata(options);
    }

    protected override async Task CloseAsync() => await rooms!.DisposeAsync().Soon();

    protected override IRoomMetadataWriter NewWriter(string incarnation, TimeSpan keepConnections) =>
        new PostgresMetadataWriter(options with { Incarnation = incarnation, KeepConnections = keepConnections });

    protected override Task LetDieAsync(string incarnation) =>
        RunAsync(
            "update relay.nodes set seen_at = now() - interval '21 seconds' where incarnation = @incarnation",
            new { incarnation });

    protected override Task ForgetNodesAsync() => RunAsync("delete from relay.nodes", null);

    private async Task RunAsync(string sql, object? parameters)
    {
        await using var connection = new NpgsqlConnection(options.ConnectionString);
        await connection.ExecuteAsync(sql, parameters).Soon();
    }
}
