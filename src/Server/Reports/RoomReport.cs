namespace Relay.Reports;

/// <summary>What one node says about one document that clients have open there.</summary>
internal sealed record RoomReport
{
    public string Name { get; init; } = "";

    /// <summary>Connections to this node.</summary>
    public int Connections { get; init; }

    /// <summary>Updates of this node's clients.</summary>
    public double UpdatesPerSecond { get; init; }

    /// <summary>To and from this node's clients.</summary>
    public double BytesPerSecond { get; init; }

    /// <summary>The encoded document's size when it was last encoded here; 0 when it was not.</summary>
    public long Bytes { get; init; }
}
