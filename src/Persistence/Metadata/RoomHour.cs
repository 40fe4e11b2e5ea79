namespace Relay.Persistence.Metadata;

/// <summary>One hour of a document.</summary>
public sealed record RoomHour
{
    /// <summary>Its beginning.</summary>
    public required DateTimeOffset Hour { get; init; }

    /// <summary>Connections that were opened.</summary>
    public int Opened { get; init; }

    /// <summary>The most connections at once.</summary>
    public int Peak { get; init; }

    /// <summary>The seconds of all connections added up.</summary>
    public double ConnectionSeconds { get; init; }

    public long Updates { get; init; }

    public long BytesIn { get; init; }

    public long BytesOut { get; init; }

    /// <summary>The encoded document's size in bytes at the end; 0 when it was not known.</summary>
    public long Bytes { get; init; }

    /// <summary>Snapshots that were stored.</summary>
    public int Snapshots { get; init; }
}
