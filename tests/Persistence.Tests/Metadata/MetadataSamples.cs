using Relay.Yjs;

namespace Relay.Persistence.Metadata;

/// <summary>What nodes write in tests.</summary>
internal static class MetadataSamples
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    public static RoomSample Sample(string room, DateTimeOffset? at = null) =>
        new() { Room = DocumentName.Create(room), UsedAt = at ?? Noon, IsOpen = true };

    public static MetadataBatch Batch(long number, RoomSample[] rooms, params ConnectionChange[] connections) =>
        BatchAt(Noon, number, rooms, connections);

    public static MetadataBatch BatchAt(
        DateTimeOffset at, long number, RoomSample[] rooms, params ConnectionChange[] connections) =>
        new(number, at, rooms, connections, rooms.Sum(room => room.Connections), rooms.Length);

    public static ConnectionChange Begin(string room, string? user = null, DateTimeOffset? at = null) =>
        new(Guid.CreateVersion7(), DocumentName.Create(room), user, "y-websocket", at ?? Noon, true, null);

    public static ConnectionEnd End(DateTimeOffset? at = null, int? code = null) =>
        new(at ?? Noon.AddMinutes(5), 100, 2000, 3, 40, code, "The client left.");

    /// <summary>Connections of a room.</summary>
    public static async Task<IReadOnlyList<ConnectionRow>> ConnectionsAsync(
        this IRoomMetadata rooms, string room, bool onlyOpen = false) =>
        (await rooms.ListConnectionsAsync(DocumentName.Create(room), onlyOpen, 50, null, default).Soon())!.Connections;

    /// <summary>The only room.</summary>
    public static async Task<RoomSummary> OnlyRoomAsync(this IRoomMetadata rooms) =>
        Assert.Single((await rooms.ListRoomsAsync(new RoomQuery(), default).Soon()).Rooms);

    /// <summary>Until a lock that another connection holds is free.</summary>
    public static async Task UntilWrittenAsync(Func<Task> write)
    {
        var end = DateTime.UtcNow.AddSeconds(60);
        while (true)
        {
            try
            {
                await write().Soon();
                return;
            }
            catch (RoomMetadataUnavailableException) when (DateTime.UtcNow < end)
            {
                await Task.Yield();
            }
        }
    }
}
