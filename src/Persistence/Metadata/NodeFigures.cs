namespace Relay.Persistence.Metadata;

/// <summary>One start of one node.</summary>
public sealed record NodeFigures
{
    public required string Address { get; init; }

    public required string Incarnation { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it last wrote.</summary>
    public required DateTimeOffset SeenAt { get; init; }

    /// <summary>Null while it runs.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary><c>stopped</c> or <c>died</c>; null while it runs.</summary>
    public string? EndedBy { get; init; }

    /// <summary>Documents that it has open now.</summary>
    public int Rooms { get; init; }

    /// <summary>Connections now, each counted once for each of its documents.</summary>
    public int Connections { get; init; }

    /// <summary>Of the last 24 hours.</summary>
    public long Opened { get; init; }

    /// <summary>Of the last 24 hours.</summary>
    public long Updates { get; init; }

    /// <summary>Of the last 24 hours.</summary>
    public long BytesIn { get; init; }

    /// <summary>Of the last 24 hours.</summary>
    public long BytesOut { get; init; }
}
