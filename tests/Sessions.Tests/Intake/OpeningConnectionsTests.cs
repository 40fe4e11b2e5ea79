using Relay.Doubles;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

public sealed class OpeningConnectionsTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Each_connection_has_its_own_time()
    {
        using var world = new World();
        var (first, second) = (world.Client().Attachment, world.Client().Attachment);
        var openings = new OpeningConnections(TimeSpan.FromSeconds(10));
        openings.Add(first, Start);
        openings.Add(second, Start.AddSeconds(4));
        Assert.Equal(Start.AddSeconds(10), openings.NextDue);
        Assert.False(openings.TryTake(Start.AddSeconds(9), out _));
        Assert.True(openings.TryTake(Start.AddSeconds(10), out var taken));
        Assert.Same(first, taken);
        Assert.Equal(Start.AddSeconds(14), openings.NextDue);
        Assert.True(openings.TryTake(Start.AddSeconds(14), out taken));
        Assert.Same(second, taken);
        Assert.Null(openings.NextDue);
        Assert.False(openings.TryTake(Start.AddSeconds(99), out _));
    }

    [Fact]
    public void Those_that_are_opened_are_forgotten_when_all_before_them_are()
    {
        using var world = new World();
        var (first, second, third) = (world.Client(), world.Client(), world.Client());
        var openings = new OpeningConnections(TimeSpan.FromSeconds(10));
        openings.Add(first.Attachment, Start);
        openings.Add(second.Attachment, Start.AddSeconds(1));
        openings.Add(third.Attachment, Start.AddSeconds(2));
        second.Say(Step2([0, 0]));
        openings.DropOpened();
        Assert.Equal(Start.AddSeconds(10), openings.NextDue);
        first.Say(Step2([0, 0]));
        openings.DropOpened();
        Assert.Equal(Start.AddSeconds(12), openings.NextDue);
    }

    [Fact]
    public void A_node_that_stood_still_gives_all_of_them_their_time_again()
    {
        using var world = new World();
        var openings = new OpeningConnections(TimeSpan.FromSeconds(10));
        openings.Add(world.Client().Attachment, Start);
        var woken = Start.AddSeconds(60);
        openings.LookAtTime(woken);
        Assert.False(openings.TryTake(woken, out _));
        Assert.Equal(woken.AddSeconds(10), openings.NextDue);

        // For those that come later nothing changes.
        openings.Add(world.Client().Attachment, woken);
        Assert.True(openings.TryTake(woken.AddSeconds(10), out _));
        Assert.True(openings.TryTake(woken.AddSeconds(10), out _));
    }
}
