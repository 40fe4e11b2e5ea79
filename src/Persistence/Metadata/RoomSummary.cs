namespace Relay.Persistence.Metadata;

/// <summary>A document as lists show it. Figures are some seconds old.</summary>
public sealed record RoomSummary
{
    public required string Name { get; init; }

    public required DateTimeOffset FirstUsed { get; init; }

    public required DateTimeOffset LastUsed { get; init; }

    /// <summary>Connections now, on all nodes.</summary>
    public int Connections { get; init; }

    /// <summary>The nodes that have it open now, as <c>address#incarnation</c>.</summary>
    public IReadOnlyList<string> Nodes { get; init; } = [];

    /// <summary>Updates that said something new, since the document is known.</summary>
    public long Updates { get; init; }

    /// <summary>The encoded document's size in bytes, as of its last encoding; 0 when there was none.</summary>
    public long Bytes { get; init; }

    /// <summary>When the last snapshot was stored; null when none was.</summary>
    public DateTimeOffset? SnapshotAt { get; init; }

    /// <summary>Its bytes.</summary>
    public long? SnapshotBytes { get; init; }
}
