namespace Relay.Persistence.Metadata.Postgres;

/// <summary>A document as the database has it.</summary>
internal sealed record PostgresRoomRow
{
    public long Id { get; init; }

    public string Name { get; init; } = "";

    public DateTimeOffset FirstUsed { get; init; }

    public DateTimeOffset LastUsed { get; init; }

    public int Connections { get; init; }

    public long Updates { get; init; }

    public long Bytes { get; init; }

    public DateTimeOffset? SnapshotAt { get; init; }

    public long? SnapshotBytes { get; init; }

    public string[]? Nodes { get; init; }

    public RoomSummary ToSummary() => new()
    {
        Name = RoomText.FromColumn(Name),
        FirstUsed = FirstUsed,
        LastUsed = LastUsed,
        Connections = Connections,
        Nodes = Nodes ?? [],
        Updates = Updates,
        Bytes = Bytes,
        SnapshotAt = SnapshotAt,
        SnapshotBytes = SnapshotBytes,
    };
}
