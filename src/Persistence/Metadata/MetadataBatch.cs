namespace Relay.Persistence.Metadata;

/// <summary>
/// What a node writes at once. It is written wholly or not at all, and once however often it is tried.
/// </summary>
/// <param name="Number">Greater than that of every batch before.</param>
/// <param name="At">When it was put together; its sums count for this hour.</param>
/// <param name="Rooms">Samples, at most one of each document.</param>
/// <param name="Connections">At most one change of each connection.</param>
/// <param name="OpenConnections">Connections of the node now, each counted once for each of its documents.</param>
/// <param name="OpenRooms">Documents that are open on the node now.</param>
public sealed record MetadataBatch(
    long Number, DateTimeOffset At, IReadOnlyList<RoomSample> Rooms, IReadOnlyList<ConnectionChange> Connections,
        int OpenConnections, int OpenRooms);
