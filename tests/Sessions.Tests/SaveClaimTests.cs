using Relay.Backplane;
using Relay.Doubles;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

/// <summary>Nodes that share a document share its saves: one of them claims each.</summary>
public sealed class SaveClaimTests
{
    [Fact]
    public void What_another_node_has_claimed_and_saved_is_not_saved_again()
    {
        using var world = new World();
        var client = world.Client();
        world.Backplane.IsClaimedElsewhere = true;
        client.Say(Update(Typed(1, 0, "a")));
        world.Advance(61);
        Assert.Equal(0, world.Snapshots.Writes);
        world.Backplane.SaveElsewhere(World.Name);
        world.Backplane.IsClaimedElsewhere = false;
        world.Advance(600);
        Assert.Equal(0, world.Snapshots.Writes);

        client.Say(Update(Typed(1, 1, "b")));
        world.Advance(61);
        Assert.Equal(1, world.Snapshots.Writes);
    }

    [Fact]
    public void A_claim_tells_what_is_saved_already()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(Typed(1, 0, "a")));
        world.Backplane.Saved = world.Backplane.End(World.Name);
        world.Advance(600);
        Assert.Equal(0, world.Snapshots.Writes);
        Assert.Equal(1, world.Backplane.Claiming.Calls);
    }

    [Fact]
    public void A_node_that_claims_and_dies_delays_the_save_and_does_not_prevent_it()
    {
        using var world = new World();
        var client = world.Client();
        world.Backplane.IsClaimedElsewhere = true;
        client.Say(Update(Typed(1, 0, "a")));
        world.Advance(61);
        world.Backplane.IsClaimedElsewhere = false;
        world.Advance(61);
        Assert.Equal(1, world.Snapshots.Writes);
    }

    [Fact]
    public void A_session_that_wants_to_leave_does_not_wait_for_ever_for_another_nodes_save()
    {
        using var world = new World();
        var client = world.Client();
        world.Backplane.IsClaimedElsewhere = true;
        client.Say(Update(Typed(1, 0, "a")));
        client.Leave();
        world.Advance(31);
        Assert.Equal(1, world.Sessions.Count);
        world.Advance(10);
        Assert.Equal(0, world.Sessions.Count);
        Assert.Equal(1, world.Snapshots.Writes);
    }

    [Fact]
    public void A_backplane_that_cannot_say_who_saves_does_not_prevent_a_save()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(Typed(1, 0, "a")));
        world.Backplane.Claiming.Failure = new BackplaneUnavailableException("Away.");
        world.Advance(61);
        Assert.Equal(1, world.Snapshots.Writes);
    }
}
