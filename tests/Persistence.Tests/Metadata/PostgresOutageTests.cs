using Relay.Persistence.Metadata.Postgres;
using Relay.TestServers;
using Relay.Yjs;

namespace Relay.Persistence.Metadata;

/// <summary>A server of its own: it is stopped and killed.</summary>
[NeedsServer(Kind = ServerKind.Postgres)]
public sealed class PostgresOutageTests : IAsyncLifetime
{
    private readonly PostgresFixture fixture = new();
    private PostgresMetadataOptions options = null!;

    public async Task InitializeAsync()
    {
        await fixture.InitializeAsync();
        options = (await fixture.NewDatabaseAsync()) with { CallTimeout = TimeSpan.FromMilliseconds(300) };
    }

    public Task DisposeAsync() => fixture.DisposeAsync();

    [ServerFact]
    public async Task Batches_whose_outcome_is_unknown_count_once_when_the_server_stands_still()
    {
        var seed = TestSeed.Next();
        var random = new Random(seed);
        await using var node = new PostgresMetadataWriter(options);
        await UntilAsync(() => node.PrepareAsync(default));
        var unknown = 0;
        const int rounds = 12;
        for (var number = 1; number <= rounds; number++)
        {
            var batch = BatchOf(number);
            var writing = node.WriteAsync(batch, default);

            // Somewhere between its first byte and its answer.
            await Task.WhenAny(writing, Task.Delay(random.Next(0, 12)));
            await fixture.Server!.StopAsync();
            try
            {
                await writing.Soon();
            }
            catch (RoomMetadataUnavailableException)
            {
                unknown++;
            }

            await fixture.Server.ContinueAsync();
            await UntilAsync(() => node.WriteAsync(batch, default));
        }

        Assert.True((rounds, rounds) == await FiguresAsync(),
            $"Counted {await FiguresAsync()} after {rounds} batches, {unknown} of which were unknown for a while. "
                + $"RELAY_TEST_SEED={seed}");
    }

    [ServerFact]
    public async Task Batches_whose_outcome_is_unknown_count_once_when_the_server_is_killed_and_started_again()
    {
        var seed = TestSeed.Next();
        var random = new Random(seed);
        await using var node = new PostgresMetadataWriter(options);
        await UntilAsync(() => node.PrepareAsync(default));
        for (var number = 1; number <= 3; number++)
        {
            var batch = BatchOf(number);
            var writing = node.WriteAsync(batch, default);
            await Task.WhenAny(writing, Task.Delay(random.Next(0, 12)));
            var port = fixture.Server!.Address.Port;
            await fixture.Server.KillAsync();
            try
            {
                await writing.Soon();
            }
            catch (RoomMetadataUnavailableException)
            {
            }

            await Assert.ThrowsAsync<RoomMetadataUnavailableException>(() => node.WriteAsync(BatchOf(number), default))
                .Soon();
            fixture.Server = await ServerProcess.StartPostgresAsync(fixture.Directory, port);
            await UntilAsync(() => node.WriteAsync(batch, default));
        }

        Assert.True((3, 3) == await FiguresAsync(), $"Counted {await FiguresAsync()}. RELAY_TEST_SEED={seed}");
    }

    [ServerFact]
    public async Task Questions_end_when_the_server_stands_still()
    {
        await using var node = new PostgresMetadataWriter(options);
        await UntilAsync(() => node.PrepareAsync(default));
        await using var rooms = new PostgresRoomMetadata(options);
        await UntilAsync(() => rooms.ListRoomsAsync(new RoomQuery(), default));
        await fixture.Server!.StopAsync();
        await Assert.ThrowsAsync<RoomMetadataUnavailableException>(() => rooms.ListRoomsAsync(new RoomQuery(), default))
            .Soon();
        await fixture.Server.ContinueAsync();
        await UntilAsync(() => rooms.ListRoomsAsync(new RoomQuery(), default));
    }

    private static MetadataBatch BatchOf(int number) => new(
        number,
        DateTimeOffset.UtcNow,
        [new RoomSample { Room = DocumentName.Create("plan"), UsedAt = DateTimeOffset.UtcNow,
            IsOpen = true, Updates = 1 }],
        [new ConnectionChange(Guid.CreateVersion7(), DocumentName.Create("plan"), null, "hocuspocus",
            DateTimeOffset.UtcNow, true, null)],
        0,
        1);

    private static async Task UntilAsync(Func<Task> call)
    {
        var end = DateTime.UtcNow.AddSeconds(60);
        while (true)
        {
            try
            {
                await call().Soon();
                return;
            }
            catch (RoomMetadataUnavailableException) when (DateTime.UtcNow < end)
            {
                await Task.Yield();
            }
        }
    }

    /// <summary>Updates of the room, and its connections.</summary>
    private async Task<(long Updates, int Connections)> FiguresAsync()
    {
        await using var rooms = new PostgresRoomMetadata(options with { CallTimeout = TimeSpan.FromSeconds(25) });
        var room = await rooms.FindRoomAsync(DocumentName.Create("plan"), default, default, default).Soon();
        var connections = await rooms.ListConnectionsAsync(DocumentName.Create("plan"), false, 100, null, default)
            .Soon();
        return (room!.Room.Updates, connections!.Connections.Count);
    }
}
