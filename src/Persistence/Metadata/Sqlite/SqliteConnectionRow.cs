namespace Relay.Persistence.Metadata.Sqlite;

/// <summary>A connection's time at a document as the file has it.</summary>
internal sealed record SqliteConnectionRow
{
    public byte[] Id { get; init; } = [];

    public string Node { get; init; } = "";

    public string? UserId { get; init; }

    public string Protocol { get; init; } = "";

    public DateTimeOffset OpenedAt { get; init; }

    public DateTimeOffset? ClosedAt { get; init; }

    public long BytesIn { get; init; }

    public long BytesOut { get; init; }

    public long UpdatesIn { get; init; }

    public long UpdatesOut { get; init; }

    public int? CloseCode { get; init; }

    public string? CloseReason { get; init; }

    public ConnectionRow ToRow() => new()
    {
        Id = new Guid(Id, bigEndian: true),
        Node = Node,
        UserId = UserId is { } user ? RoomText.FromColumn(user) : null,
        Protocol = Protocol,
        OpenedAt = OpenedAt,
        ClosedAt = ClosedAt,
        BytesIn = BytesIn,
        BytesOut = BytesOut,
        UpdatesIn = UpdatesIn,
        UpdatesOut = UpdatesOut,
        CloseCode = CloseCode,
        CloseReason = CloseReason,
    };
}
