namespace Relay.Reports;

public sealed class DashboardViewTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Figures_of_nodes_are_added_and_rooms_on_several_nodes_are_one()
    {
        var view = View(
            new NodeReport
            {
                Address = "a",
                Connections = 3,
                Rooms = 2,
                UpdatesReceivedPerSecond = 1,
                BytesSentPerSecond = 10,
                BusiestRooms = [Room("plan", 2, updates: 1, bytes: 50), Room("notes", 1)]
            },
            new NodeReport
            {
                Address = "b",
                Connections = 4,
                Rooms = 1,
                UpdatesReceivedPerSecond = 2,
                BytesSentPerSecond = 5,
                BusiestRooms = [Room("plan", 4, updates: 2, bytes: 70)]
            });
        Assert.Equal((7, 2, true, 3.0, 15.0),
            (view.Totals.Connections, view.Totals.Rooms, view.Totals.AreRoomsExact,
                view.Totals.UpdatesReceivedPerSecond, view.Totals.BytesSentPerSecond));
        Assert.Equal(["plan", "notes"], view.Rooms.Select(room => room.Name));
        var plan = view.Rooms[0];
        Assert.Equal((6, 3.0, 70), (plan.Connections, plan.UpdatesPerSecond, plan.Bytes));
        Assert.Equal(["a", "b"], plan.Nodes);
        Assert.All(view.Nodes, node => Assert.Empty(node.BusiestRooms));
    }

    [Fact]
    public void Where_nodes_do_not_name_all_rooms_their_number_may_be_too_high_and_says_so()
    {
        var some = Enumerable.Range(0, 100).Select(i => Room($"{i}", 1)).ToArray();
        var view = View(new NodeReport { Address = "a", Rooms = 250, BusiestRooms = some },
            new NodeReport { Address = "b", Rooms = 100, BusiestRooms = some });
        Assert.Equal((350, false, 100), (view.Totals.Rooms, view.Totals.AreRoomsExact, view.Rooms.Count));
        Assert.True(View(new NodeReport { Rooms = 250, BusiestRooms = some }).Totals.AreRoomsExact);
    }

    [Fact]
    public void Latencies_of_nodes_are_put_together_from_how_many_there_were_and_not_averaged()
    {
        var view = View(
            new NodeReport { Latency = LatencyReport.Of([new LatencyBucket(0.001, 98)]) },
            new NodeReport { Latency = LatencyReport.Of([new LatencyBucket(0.001, 1), new LatencyBucket(2, 1)]) },
            new NodeReport());
        Assert.Equal((0.001, 0.001), (view.Totals.Latency!.P50, view.Totals.Latency.P99));
        Assert.Equal(2, view.Nodes[1].Latency!.P99);
        Assert.Null(View(new NodeReport()).Totals.Latency);
    }

    [Fact]
    public void The_busiest_rooms_come_first()
    {
        var view = View(
            new NodeReport
            {
                Address = "a",
                BusiestRooms = [Room("quiet", 2), Room("busy", 2, updates: 9), Room("large", 3)]
            });
        Assert.Equal(["large", "busy", "quiet"], view.Rooms.Select(room => room.Name));
    }

    private static RoomReport Room(string name, int connections, double updates = 0, long bytes = 0) =>
        new() { Name = name, Connections = connections, UpdatesPerSecond = updates, Bytes = bytes };

    private static DashboardView View(params NodeReport[] nodes) =>
        DashboardView.Of(new ClusterReport(nodes, true), "self", Now);
}
