using Relay.Yjs;

namespace Relay.Persistence.Metadata;

/// <summary>
/// What has happened to one document on one node since its last sample. Sums are of that time; what is called "now" is
/// of its end.
/// </summary>
public sealed record RoomSample
{
    public required DocumentName Room { get; init; }

    /// <summary>When it was last used: joined, left, edited or saved.</summary>
    public required DateTimeOffset UsedAt { get; init; }

    /// <summary>Whether the node has it open now.</summary>
    public required bool IsOpen { get; init; }

    /// <summary>Connections of this node now.</summary>
    public int Connections { get; init; }

    /// <summary>Connections that were opened.</summary>
    public int Opened { get; init; }

    /// <summary>The most connections of this node at once.</summary>
    public int Peak { get; init; }

    /// <summary>The seconds of all connections added up.</summary>
    public double ConnectionSeconds { get; init; }

    /// <summary>Updates of this node's clients that said something new.</summary>
    public long Updates { get; init; }

    public long BytesIn { get; init; }

    public long BytesOut { get; init; }

    /// <summary>The encoded document's size in bytes when it was last encoded; 0 when it was not.</summary>
    public long Bytes { get; init; }

    /// <summary>The last snapshot that this node stored; null when it stored none.</summary>
    public DateTimeOffset? SnapshotAt { get; init; }

    /// <summary>Its bytes.</summary>
    public long? SnapshotBytes { get; init; }

    /// <summary>Snapshots that this node stored.</summary>
    public int Snapshots { get; init; }

    /// <summary>
    /// Adds another one of the same document and batch: those of a session that left and of the one after it.
    /// </summary>
    public RoomSample And(RoomSample other) => this with
    {
        UsedAt = UsedAt > other.UsedAt ? UsedAt : other.UsedAt,
        IsOpen = IsOpen || other.IsOpen,
        Connections = Connections + other.Connections,
        Opened = Opened + other.Opened,
        Peak = Math.Max(Peak, other.Peak),
        ConnectionSeconds = ConnectionSeconds + other.ConnectionSeconds,
        Updates = Updates + other.Updates,
        BytesIn = BytesIn + other.BytesIn,
        BytesOut = BytesOut + other.BytesOut,
        Bytes = Math.Max(Bytes, other.Bytes),
        SnapshotAt = SnapshotAt > other.SnapshotAt || other.SnapshotAt is null ? SnapshotAt : other.SnapshotAt,
        SnapshotBytes = SnapshotAt > other.SnapshotAt || other.SnapshotAt is null ? SnapshotBytes : other.SnapshotBytes,
        Snapshots = Snapshots + other.Snapshots,
    };
}
