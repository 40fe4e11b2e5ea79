using Relay.Backplane;
using Relay.Doubles;
using Relay.Persistence;
using Relay.Yjs;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

/// <summary>Requests for a save: a snapshot has what was acknowledged before them, whichever node saves.</summary>
public sealed class SaveRequestTests
{
    private static readonly byte[] A = Typed(1, 0, "a");
    private static readonly byte[] B = Typed(2, 0, "b");

    [Fact]
    public void A_request_is_answered_when_the_snapshot_is_stored_and_the_session_stays()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(A));
        world.Snapshots.Writing.IsShut = true;
        var answers = Save(world);
        Assert.Empty(answers);
        world.Snapshots.Writing.Open();
        world.Run();
        Assert.Equal([RefusalReason.None], answers);
        Assert.Equal(World.StateOf(A), world.Snapshots.Of(World.Name)[0].Update.ToArray());
        Assert.Equal(1, world.Sessions.Count);
    }

    [Fact]
    public void What_another_node_acknowledged_is_in_the_snapshot_also_if_the_channel_lost_it()
    {
        using var world = new World();
        world.Client();
        world.Backplane.IsHushed = true;
        world.Client(node: 1).Say(Update(A));
        Assert.Equal([RefusalReason.None], Save(world));
        Assert.Equal(World.StateOf(A), world.Snapshots.Of(World.Name)[0].Update.ToArray());
    }

    [Fact]
    public void A_document_that_is_not_open_is_opened_saved_and_left()
    {
        using var world = new World();
        world.Backplane.AppendElsewhere(World.Name, 1, A);
        Assert.Equal([RefusalReason.None], Save(world));
        Assert.Equal(World.StateOf(A), world.Snapshots.Of(World.Name)[0].Update.ToArray());
        world.Advance(0.001);
        Assert.Equal(0, world.Sessions.Count);
    }

    [Fact]
    public void Another_nodes_claim_keeps_no_request_waiting()
    {
        using var world = new World();
        var client = world.Client();
        world.Backplane.IsClaimedElsewhere = true;
        client.Say(Update(A));
        world.Advance(61);
        Assert.Equal(0, world.Snapshots.Writes);
        Assert.Equal([RefusalReason.None], Save(world));
        Assert.Equal(World.StateOf(A), world.Snapshots.Of(World.Name)[0].Update.ToArray());
    }

    [Fact]
    public void A_save_that_began_before_the_request_is_not_enough_for_what_came_since()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(A));
        world.Snapshots.Writing.IsShut = true;
        world.Advance(61);
        client.Say(Update(B));
        var answers = Save(world);
        world.Snapshots.Writing.LetOne();
        world.Run();
        Assert.Empty(answers);
        world.Snapshots.Writing.Open();
        world.Run();
        Assert.Equal([RefusalReason.None], answers);
        Assert.Equal(World.StateOf(A, B), world.Snapshots.Of(World.Name)[0].Update.ToArray());
    }

    [Fact]
    public void A_client_that_goes_on_writing_keeps_no_request_waiting()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(A));
        world.Snapshots.Writing.IsShut = true;
        var answers = Save(world);
        client.Say(Update(B));
        world.Snapshots.Writing.LetOne();
        world.Run();
        Assert.Equal([RefusalReason.None], answers);
    }

    [Fact]
    public void Where_a_snapshot_has_everything_nothing_is_written_unless_the_save_is_to_be_gone_through_again()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(A));
        Save(world);
        Assert.Equal([RefusalReason.None], Save(world));
        Assert.Single(world.Backplane.Checkpoints);
        Assert.Equal([RefusalReason.None], Save(world, again: true));
        Assert.Equal(2, world.Backplane.Checkpoints.Count);
    }

    [Fact]
    public void A_document_that_was_never_written_to_has_nothing_to_save()
    {
        using var world = new World();
        Position? at = null;
        world.Sessions.Save(World.Name, false, (stored, reason) => at = reason == RefusalReason.None ? stored : null);
        world.Run();
        Assert.Equal(Position.None, at);
        world.Advance(0.001);
        Assert.Equal(0, world.Sessions.Count);
    }

    [Fact]
    public void A_store_that_refuses_is_said_at_once_and_tried_again_at_once_for_the_next_request()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(A));
        world.Snapshots.Writing.Failure = new SnapshotStoreUnavailableException("Away.");
        Assert.Equal([RefusalReason.StoreUnavailable], Save(world));
        world.Snapshots.Writing.Failure = null;
        Assert.Equal([RefusalReason.None], Save(world));
    }

    [Fact]
    public void A_log_that_is_away_is_said()
    {
        using var world = new World();
        world.Client().Say(Update(A));
        world.Backplane.Reading.Failure = new BackplaneUnavailableException("Away.");
        Assert.Equal([RefusalReason.StoreUnavailable], Save(world));
    }

    [Fact]
    public void What_a_lost_log_held_and_this_node_has_is_appended_before_it_is_saved()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(A));
        world.Backplane.IsHushed = true;
        world.Backplane.Lose(World.Name);
        world.Backplane.AppendElsewhere(World.Name, 9, B);
        var answers = Save(world);
        world.Advance(2);
        Assert.Equal([RefusalReason.None], answers);
        Assert.Contains(world.Snapshots.Of(World.Name), s => s.Update.Span.SequenceEqual(World.StateOf(A, B)));
    }

    [Fact]
    public void A_session_that_is_about_to_go_answers_all_who_wait()
    {
        using var world = new World(SessionDefaults.Value with { IdleTimeout = TimeSpan.Zero });
        var client = world.Client();
        client.Say(Update(A));
        world.Locator.Removing.IsShut = true;
        client.Leave();
        world.Advance(1);
        world.Backplane.Reading.IsShut = true;
        var one = Save(world);
        var other = Save(world);
        world.Locator.Removing.Open();
        world.Backplane.Reading.Open();
        world.Run();
        Assert.Equal([RefusalReason.None, RefusalReason.None], one.Concat(other));
        world.Advance(1);
        Assert.Equal(0, world.Sessions.Count);
    }

    private static List<RefusalReason> Save(World world, bool again = false)
    {
        var answers = new List<RefusalReason>();
        world.Sessions.Save(World.Name, again, (_, reason) => answers.Add(reason));
        world.Run();
        return answers;
    }
}
