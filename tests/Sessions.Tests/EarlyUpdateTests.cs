using Relay.Doubles;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

/// <summary>
/// An Update that builds on what only its client's SyncStep2 will bring is not logged without that while it may be
/// under way, and does not keep it out.
/// </summary>
public sealed class EarlyUpdateTests
{
    private static readonly byte[] A = Typed(1, 0, "a");

    /// <summary>Client 1 replaces its own first letter.</summary>
    private static readonly byte[] Replacement = [.. Typed(1, 1, "b")[..^1], 1, 1, 1, 0, 1];

    [Fact]
    public void It_waits_as_long_as_its_client_sends_or_is_not_read()
    {
        using var world = new World();
        var back = world.Client();
        back.MayHaveMore = true;
        back.Say(Update(Replacement));
        world.Advance(60);
        Assert.Empty(world.Backplane.Entries(World.Name));
        back.Say(Step2(A));
        Assert.Single(world.Backplane.Entries(World.Name));
        Assert.Equal(World.StateOf(A, Replacement), world.Stored());
    }

    [Fact]
    public void It_waits_also_when_it_comes_after_the_time_in_which_clients_begin()
    {
        using var world = new World();
        var back = world.Client();
        back.MayHaveMore = true;
        world.Advance(60);
        back.Say(Update(Replacement));
        Assert.Empty(world.Backplane.Entries(World.Name));
        back.Say(Step2(A));
        Assert.Single(world.Backplane.Entries(World.Name));
    }

    [Fact]
    public void It_waits_as_long_as_the_question_for_what_its_client_has_is_not_sent()
    {
        using var world = new World();
        var back = new TestConnection(world.Context, world.Sessions, World.Name) { IsStuck = true }.Join();
        back.Say(Update(Replacement));
        world.Advance(20);
        Assert.Empty(world.Backplane.Entries(World.Name));
        back.Drain();
        back.Say(Step2(A));
        Assert.Single(world.Backplane.Entries(World.Name));
    }

    [Fact]
    public void It_waits_no_longer_when_its_client_has_fallen_silent()
    {
        using var world = new World();
        var back = world.Client();
        back.MayHaveMore = true;
        back.Say(Update(Replacement));
        world.Advance(60);
        back.MayHaveMore = false;
        world.Advance(11);
        Assert.Equal(World.StateOf(Replacement), world.Stored());
    }

    [Fact]
    public void While_it_waits_it_does_not_keep_its_connection_from_reading_on()
    {
        using var world = new World();
        var back = world.Client();
        var settled = back.Settled;
        back.Say(Update(Replacement));
        Assert.Equal(Update(Replacement).Length, back.Held);
        back.Say(Step2(A));
        Assert.Equal(0, back.Held);
        Assert.Equal(settled + Update(Replacement).Length + Step2(A).Length, back.Settled);
    }

    [Fact]
    public void More_than_may_wait_ends_its_connection_and_is_not_logged()
    {
        using var world = new World();
        var reader = world.Client();
        var back = new TestConnection(world.Context, world.Sessions, World.Name) { MostHeld = 10 }.Join();
        back.Say(Step1());
        back.Say(Update(Replacement));
        Assert.Equal(RefusalReason.NodeIsFull, back.Closed);
        world.Advance(60);
        Assert.Empty(world.Backplane.Entries(World.Name));
        Assert.Null(reader.Closed);
    }
}
