using Relay.Doubles;
using Relay.Persistence;
using Relay.Yjs;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

/// <summary>Saves that fail, and those that make up for them.</summary>
public sealed class FailedSaveTests
{
    [Fact]
    public void A_failed_save_whose_repeat_another_node_makes_needless_does_not_end_saving()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(Typed(1, 0, "a")));
        world.Advance(5);
        world.Snapshots.Writing.Failure = new SnapshotStoreUnavailableException("Away.");
        for (var i = 0; i < 120 && world.Backplane.Problems.Count == 0; i++)
        {
            world.Advance(1);
        }

        Assert.NotEmpty(world.Backplane.Problems);
        world.Snapshots.Writing.Failure = null;
        world.Backplane.Claiming.IsShut = true;
        for (var i = 0; i < 120 && world.Backplane.Claiming.Waiting == 0; i++)
        {
            world.Advance(1);
        }

        Assert.Equal(1, world.Backplane.Claiming.Waiting);

        // While the repeat waits for its claim, another node saves that position, and the claim is refused.
        world.Backplane.SaveElsewhere(World.Name);
        world.Run();
        world.Backplane.Saved = Position.None;
        world.Backplane.IsClaimedElsewhere = true;
        world.Backplane.Claiming.Open();
        world.Run();
        world.Backplane.IsClaimedElsewhere = false;
        var before = world.Snapshots.Writes;

        client.Say(Update(Typed(1, 1, "b")));
        world.Advance(61);
        Assert.Equal(before + 1, world.Snapshots.Writes);
    }

    [Fact]
    public void A_position_whose_snapshot_was_damaged_before_any_node_knew_of_it_is_given_up_for_the_next_one()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(Typed(1, 0, "a")));
        var end = world.Backplane.End(World.Name);
        world.Snapshots.Damage(end);
        client.Leave();
        world.Advance(600);
        Assert.Equal(end.Offset + 1, Assert.Single(world.Snapshots.Of(World.Name)).Position.Offset);
        Assert.Equal(0, world.Sessions.Count);
    }

    [Fact]
    public void A_save_that_fails_is_said_so_that_another_node_can_try()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(Typed(1, 0, "a")));
        world.Snapshots.Writing.Failure = new SnapshotStoreUnavailableException("The bucket is gone.");
        world.Advance(61);
        Assert.Contains("The bucket is gone.", world.Backplane.Problems);
    }

    [Fact]
    public void A_save_that_failed_and_that_another_node_made_good_does_not_stop_the_next_one()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(Typed(1, 0, "a")));
        world.Advance(61);
        Assert.Equal(1, world.Snapshots.Writes);

        // Once more, by request, and in vain; then another node saves the same position.
        world.Snapshots.Writing.Failure = new SnapshotStoreUnavailableException("It is away.");
        world.Sessions.Save(World.Name, again: true, (_, _) => { });
        world.Run();
        world.Snapshots.Writing.Failure = null;
        world.Backplane.IsClaimedElsewhere = true;
        world.Advance(120);
        world.Backplane.IsClaimedElsewhere = false;

        client.Say(Update(Typed(1, 1, "b")));
        world.Advance(200);
        Assert.Equal(world.Stored(), world.Snapshots.Of(World.Name)[0].Update.ToArray());
    }

    [Fact]
    public void A_failed_save_is_made_up_for()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(Typed(1, 0, "a")));
        world.Snapshots.Writing.Failure = new SnapshotStoreUnavailableException("Away.");
        world.Advance(65);
        world.Snapshots.Writing.Failure = null;
        world.Advance(65);
        Assert.Equal(World.StateOf(Typed(1, 0, "a")), world.Snapshots.Of(World.Name)[0].Update.ToArray());
    }
}
