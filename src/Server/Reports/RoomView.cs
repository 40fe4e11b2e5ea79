namespace Relay.Reports;

/// <summary>One document on all nodes that name it among their busiest.</summary>
internal sealed record RoomView
{
    public string Name { get; init; } = "";

    public int Connections { get; init; }

    public double UpdatesPerSecond { get; init; }

    public double BytesPerSecond { get; init; }

    /// <summary>The encoded document's size; 0 when no node has encoded it yet.</summary>
    public long Bytes { get; init; }

    /// <summary>The addresses of the nodes that have it open.</summary>
    public IReadOnlyList<string> Nodes { get; init; } = [];
}
