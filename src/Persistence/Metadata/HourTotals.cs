namespace Relay.Persistence.Metadata;

/// <summary>One hour of all documents on all nodes.</summary>
public sealed record HourTotals
{
    /// <summary>Its beginning.</summary>
    public required DateTimeOffset Hour { get; init; }

    /// <summary>Connections that were opened.</summary>
    public long Opened { get; init; }

    /// <summary>The nodes' most connections at once, added up: an upper bound of how many were open together.</summary>
    public long Peak { get; init; }

    /// <summary>The seconds of all connections added up.</summary>
    public double ConnectionSeconds { get; init; }

    public long Updates { get; init; }

    public long BytesIn { get; init; }

    public long BytesOut { get; init; }
}
