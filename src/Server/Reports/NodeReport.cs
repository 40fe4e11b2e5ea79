using Relay.Health;

namespace Relay.Reports;

/// <summary>
/// What one node says about itself. It goes to other nodes, of other versions too: what one of them does not say has
/// the value of this type, and what this one does not know is passed over.
/// </summary>
internal sealed record NodeReport
{
    /// <summary>Where other nodes reach it; <c>alone</c> without an internal listener.</summary>
    public string Address { get; init; } = "";

    /// <summary>Different at each start.</summary>
    public string Incarnation { get; init; } = "";

    public string Version { get; init; } = "";

    /// <summary>Whether presence reaches it over links between nodes, and not over Redis alone.</summary>
    public bool KnowsLinks { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When it said this, by its own clock.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>
    /// <c>starting</c>, <c>ready</c>, <c>waiting</c> (for a service that it has not reached yet) or <c>draining</c>.
    /// </summary>
    public string State { get; init; } = "";

    /// <summary>Open connections of clients.</summary>
    public int Connections { get; init; }

    /// <summary>Documents that clients have open.</summary>
    public int Rooms { get; init; }

    /// <summary>Documents in memory.</summary>
    public int Documents { get; init; }

    /// <summary>Those of them with updates that no snapshot covers.</summary>
    public int UnsavedDocuments { get; init; }

    /// <summary>Updates of clients that said something new, since the start.</summary>
    public long UpdatesReceived { get; init; }

    /// <summary>
    /// Entries handed to connections since the start: each counts once for each connection of its document.
    /// </summary>
    public long UpdatesDelivered { get; init; }

    /// <summary>Bytes read from clients' WebSockets since the start.</summary>
    public long BytesReceived { get; init; }

    /// <summary>Bytes written to clients' WebSockets since the start.</summary>
    public long BytesSent { get; init; }

    /// <summary>The time that what is said "per second" is of: since the report before.</summary>
    public double Seconds { get; init; }

    public double UpdatesReceivedPerSecond { get; init; }

    public double UpdatesDeliveredPerSecond { get; init; }

    public double BytesReceivedPerSecond { get; init; }

    public double BytesSentPerSecond { get; init; }

    /// <summary>
    /// From the first try to append an entry to its delivery on this node, about the last 10 s; null when there was
    /// none.
    /// </summary>
    public LatencyReport? Latency { get; init; }

    /// <summary>How much of all its processors it takes, from 0 to 1.</summary>
    public double ProcessorShare { get; init; }

    /// <summary>What the process has in memory.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>The services that it uses.</summary>
    public IReadOnlyList<ServiceReport> Services { get; init; } = [];

    /// <summary>
    /// The documents with the most connections, and of equal ones those with the most updates; at most 100.
    /// </summary>
    public IReadOnlyList<RoomReport> BusiestRooms { get; init; } = [];
}
