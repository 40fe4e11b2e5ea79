using Relay.Sockets;

namespace Relay.Connections;

public sealed class DescriptorBudgetTests
{
    private long? next = 100;
    private long open = 100;

    [Theory]
    [InlineData(199, ClientPlace.Served)]
    [InlineData(200, ClientPlace.Brief)]
    [InlineData(219, ClientPlace.Brief)]
    [InlineData(220, ClientPlace.None)]
    internal void A_client_is_served_only_below_what_is_left_for_the_node(long descriptor, ClientPlace place) =>
        Assert.Equal(place, Budget().PlaceOf(descriptor));

    [Fact]
    public void There_is_room_while_the_next_descriptor_is_one_of_a_client()
    {
        var budget = Budget();
        Assert.True(budget.HasRoom);
        next = 200;
        Assert.False(budget.HasRoom);
        next = null;
        Assert.False(budget.HasRoom);
        next = 7;
        Assert.True(budget.HasRoom);
    }

    [Fact]
    public void What_was_free_at_the_start_bounds_the_connections()
    {
        var budget = Budget();
        Assert.Equal(100, budget.MostConnections);
        open = 180;
        Assert.Equal(100, budget.MostConnections);
        open = 300;
        Assert.Equal(0, Budget().MostConnections);
        var small = new DescriptorBudget(250, 101, 220, () => next, () => 100);
        var registry = new ConnectionRegistry(10, TimeProvider.System, small);
        Assert.Null(registry.TryAdd(new ConnectionPlace()));
        Assert.Equal(CloseReason.NodeIsFull, registry.TryAdd(new ConnectionPlace()));
    }

    [Fact]
    public void Without_a_limit_every_client_is_served()
    {
        var budget = new DescriptorBudget(
            long.MaxValue,
            servedBelow: 0,
            briefBelow: 0,
            () => throw new InvalidOperationException(),
            () => throw new InvalidOperationException());
        Assert.Equal(ClientPlace.Served, budget.PlaceOf(1 << 30));
        Assert.True(budget.HasRoom);
        Assert.Equal(long.MaxValue, budget.MostConnections);
    }

    [Fact]
    public void This_process_has_room()
    {
        var budget = DescriptorBudget.OfThisProcess();
        Assert.True(budget.HasRoom);
        Assert.InRange(budget.MostConnections, 1, long.MaxValue);
        if (OperatingSystem.IsLinux())
        {
            Assert.InRange(ProcessDescriptors.LowestFree()!.Value, 3, ProcessDescriptors.CountOpen());
        }
    }

    private DescriptorBudget Budget() => new(250, 200, 220, () => next, () => open);
}
