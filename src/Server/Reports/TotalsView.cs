namespace Relay.Reports;

/// <summary>All nodes together.</summary>
internal sealed record TotalsView
{
    public int Connections { get; init; }

    /// <summary>Documents that clients have open.</summary>
    public int Rooms { get; init; }

    /// <summary>
    /// False when there are so many that nodes do not name them all: then one that is open on two nodes is counted
    /// twice.
    /// </summary>
    public bool AreRoomsExact { get; init; }

    public int UnsavedDocuments { get; init; }

    public double UpdatesReceivedPerSecond { get; init; }

    public double UpdatesDeliveredPerSecond { get; init; }

    public double BytesReceivedPerSecond { get; init; }

    public double BytesSentPerSecond { get; init; }

    /// <summary>
    /// From the first try to append an entry to its delivery on the same node, without buckets; null when there was
    /// none.
    /// </summary>
    public LatencyReport? Latency { get; init; }
}
