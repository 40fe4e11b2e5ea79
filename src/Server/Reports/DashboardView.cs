namespace Relay.Reports;

/// <summary>
/// What a dashboard shows of this moment: the nodes, all of them together, and their documents put together.
/// </summary>
internal sealed record DashboardView
{
    public DateTimeOffset At { get; init; }

    /// <summary>False when the other nodes cannot be heard now.</summary>
    public bool IsWhole { get; init; }

    /// <summary>The node that says this, by its incarnation.</summary>
    public string Self { get; init; } = "";

    /// <summary>What each node says about itself, but for its documents and its latency's buckets.</summary>
    public IReadOnlyList<NodeReport> Nodes { get; init; } = [];

    public TotalsView Totals { get; init; } = new();

    /// <summary>The busiest documents of all nodes.</summary>
    public IReadOnlyList<RoomView> Rooms { get; init; } = [];

    public static DashboardView Of(ClusterReport cluster, string self, DateTimeOffset at)
    {
        var nodes = cluster.Nodes;
        var rooms = Merge(nodes);
        var isExact = nodes.All(node => node.Rooms == node.BusiestRooms.Count);
        return new DashboardView
        {
            At = at,
            IsWhole = cluster.IsWhole,
            Self = self,
            Nodes = [
                .. nodes.Select(
                    node => node with { BusiestRooms = [],
                        Latency = node.Latency is { } latency ? latency with { Buckets = [] } : null })],
            Totals = new TotalsView
            {
                Connections = nodes.Sum(node => node.Connections),
                Rooms = isExact ? rooms.Count : nodes.Sum(node => node.Rooms),
                AreRoomsExact = isExact || nodes.Count == 1,
                UnsavedDocuments = nodes.Sum(node => node.UnsavedDocuments),
                UpdatesReceivedPerSecond = nodes.Sum(node => node.UpdatesReceivedPerSecond),
                UpdatesDeliveredPerSecond = nodes.Sum(node => node.UpdatesDeliveredPerSecond),
                BytesReceivedPerSecond = nodes.Sum(node => node.BytesReceivedPerSecond),
                BytesSentPerSecond = nodes.Sum(node => node.BytesSentPerSecond),
                Latency = LatencyReport.Of(nodes.SelectMany(node => node.Latency?.Buckets ?? [])) is { } all
                    ? all with { Buckets = [] }
                    : null,
            },
            Rooms = [.. rooms.Take(BusiestRooms.Most)],
        };
    }

    private static List<RoomView> Merge(IReadOnlyList<NodeReport> nodes)
    {
        var parts = nodes.SelectMany(node => node.BusiestRooms.Select(room => (Node: node.Address, Room: room)));
        return
        [
            .. parts.GroupBy(part => part.Room.Name, StringComparer.Ordinal)
                .Select(room => new RoomView
                {
                    Name = room.Key,
                    Connections = room.Sum(part => part.Room.Connections),
                    UpdatesPerSecond = room.Sum(part => part.Room.UpdatesPerSecond),
                    BytesPerSecond = room.Sum(part => part.Room.BytesPerSecond),
                    Bytes = room.Max(part => part.Room.Bytes),
                    Nodes = [.. room.Select(part => part.Node)],
                })
                .OrderByDescending(room => room.Connections).ThenByDescending(room => room.UpdatesPerSecond)
                    .ThenBy(room => room.Name, StringComparer.Ordinal),
        ];
    }
}
