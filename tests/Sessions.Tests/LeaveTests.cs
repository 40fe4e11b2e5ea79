using Relay.Backplane;
using Relay.Doubles;
using Relay.Persistence;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

public sealed class LeaveTests
{
    private static readonly byte[] A = Typed(1, 0, "a");
    private static readonly byte[] B = Typed(1, 1, "b");

    [Fact]
    public void After_the_idle_time_the_document_is_saved_and_everything_is_freed()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(A));
        client.Leave();
        world.Advance(29);
        Assert.Equal(1, world.Sessions.Count);
        world.Advance(2);
        AssertLeft(world);
        Assert.Equal(World.StateOf(A), world.Snapshots.Of(World.Name)[0].Update.ToArray());
        Assert.Equal(World.StateOf(A), world.Client().Document.EncodeState());
    }

    [Fact]
    public void A_document_that_other_nodes_keep_changing_can_be_left()
    {
        using var world = new World(SessionDefaults.Value with { SaveInterval = TimeSpan.FromSeconds(1) });
        var client = world.Client();
        client.Say(Update(A));
        client.Leave();
        world.Snapshots.Writing.IsShut = true;
        for (ulong i = 1; i < 400 && world.Sessions.Count > 0; i++)
        {
            // Each save is overtaken by the next change.
            world.Backplane.AppendElsewhere(World.Name, 100 + i, Typed(1, i, "x"));
            world.Advance(0.5);
            while (world.Snapshots.Writing.Waiting > 0)
            {
                world.Backplane.AppendElsewhere(World.Name, 1000 + i, Typed(2, i - 1, "y"));
                world.Run();
                world.Snapshots.Writing.LetOne();
                world.Run();
            }
        }

        Assert.Equal(0, world.Sessions.Count);
        Assert.Empty(world.Locator.Held);
    }

    [Fact]
    public void A_client_that_comes_back_in_time_finds_the_same_session()
    {
        using var world = new World();
        world.Client().Leave();
        world.Advance(20);
        var back = world.Client();
        world.Advance(300);
        Assert.Equal(1, world.Backplane.Subscribing.Calls);
        back.Say(Update(A));
        Assert.Equal(A, back.Updates[^1]);
    }

    [Fact]
    public void A_client_that_comes_back_while_the_last_save_is_under_way_keeps_the_session()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(A));
        client.Leave();
        world.Snapshots.Writing.IsShut = true;
        world.Advance(31);
        Assert.Equal(1, world.Snapshots.Writing.Waiting);

        var back = world.Client();
        Assert.True(back.IsSynced);
        back.Say(Update(B));
        world.Snapshots.Writing.Open();
        world.Run();
        Assert.Equal(World.StateOf(A, B), back.Document.EncodeState());
        Assert.Contains(World.Name, world.Locator.Held);
        Assert.Equal(1, world.Backplane.Subscriptions);

        // The change that came during the save is in the next one.
        back.Leave();
        world.Advance(120);
        AssertLeft(world);
        Assert.Equal(World.StateOf(A, B), world.Snapshots.Of(World.Name)[0].Update.ToArray());
    }

    [Fact]
    public void A_client_that_comes_back_during_the_removal_from_the_locator_is_served_after_the_node_is_in_it_again()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(A));
        client.Leave();
        world.Locator.Removing.IsShut = true;
        world.Advance(31);
        var back = world.Client();
        Assert.Empty(back.Got);

        world.Locator.Removing.Open();
        world.Run();
        Assert.Equal(["add", "remove", "add"], world.Locator.Operations);
        Assert.Contains(World.Name, world.Locator.Held);
        Assert.Equal(World.StateOf(A), back.Document.EncodeState());
        Assert.Equal(1, world.Backplane.Subscriptions);

        world.Backplane.AppendElsewhere(World.Name, 99, B);
        world.Run();
        Assert.Equal(World.StateOf(A, B), back.Document.EncodeState());
    }

    [Fact]
    public void A_client_that_comes_and_goes_during_the_removal_stops_nothing()
    {
        using var world = new World();
        world.Client().Leave();
        world.Locator.Removing.IsShut = true;
        world.Advance(31);
        world.Client().Leave();
        world.Locator.Removing.Open();
        world.Run();
        world.Advance(60);
        AssertLeft(world);
    }

    [Fact]
    public void Reconnecting_at_any_moment_never_loses_the_subscription_or_a_change()
    {
        // The moments between leaving and gone are few: stop at each of them, come back, and write.
        for (var moment = 0; moment < 40; moment++)
        {
            using var world = new World(
                SessionDefaults.Value with { IdleTimeout = TimeSpan.FromMilliseconds(moment % 3) });
            var gates = new[] { world.Snapshots.Writing, world.Locator.Removing, world.Locator.Adding,
                world.Backplane.Subscribing };
            var client = world.Client();
            client.Say(Update(A));
            var gate = gates[moment % gates.Length];
            gate.IsShut = true;
            client.Leave(clean: moment % 2 == 0);
            world.Advance(moment / 1000.0);
            var back = world.Client();
            gate.Open();
            world.Run();
            world.Advance(5);
            back.Say(Update(B));
            world.Backplane.AppendElsewhere(World.Name, 4711, Typed(9, 0, "z"));
            world.Run();
            Assert.Null(back.Closed);
            Assert.Equal(World.StateOf(A, B, Typed(9, 0, "z")), back.Document.EncodeState());
            Assert.Equal(world.Stored(), back.Document.EncodeState());
            Assert.Contains(World.Name, world.Locator.Held);
            Assert.Equal(1, world.Backplane.Subscriptions);
        }
    }

    [Fact]
    public void A_document_that_cannot_be_saved_stays_in_memory_until_it_can()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(A));
        world.Snapshots.Writing.Failure = new SnapshotStoreUnavailableException("Full.");
        client.Leave();
        world.Advance(600);
        Assert.Equal(1, world.Sessions.Count);
        Assert.Contains(World.Name, world.Locator.Held);
        Assert.InRange(world.Snapshots.Writing.Calls, 5, 60);
        world.Snapshots.Writing.Failure = null;
        world.Advance(60);
        AssertLeft(world);
        Assert.Equal(World.StateOf(A), world.Snapshots.Of(World.Name)[0].Update.ToArray());
    }

    [Fact]
    public void A_document_that_did_not_change_is_not_saved_again_however_often_it_is_opened()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(A));
        client.Leave();
        world.Advance(60);
        for (var i = 0; i < 5; i++)
        {
            world.Client().Leave();
            world.Advance(60);
        }

        Assert.Equal(1, world.Snapshots.Writes);
    }

    [Fact]
    public void A_document_that_was_never_written_to_is_not_stored()
    {
        using var world = new World();
        world.Client().Leave();
        world.Advance(120);
        AssertLeft(world);
        Assert.Equal(0, world.Snapshots.Writes);
        Assert.Empty(world.Backplane.Appends);
    }

    [Fact]
    public void When_the_node_stops_every_document_is_saved_at_once()
    {
        using var world = new World(
            SessionDefaults.Value with { IdleTimeout = TimeSpan.FromHours(1), SaveInterval = TimeSpan.FromHours(1) });
        var client = world.Client();
        client.Say(Update(A));
        var left = world.Sessions.LeaveAllAsync();
        world.Run();
        Assert.False(left.IsCompleted);
        client.Leave();
        world.Advance(0.001);
        Assert.True(left.IsCompletedSuccessfully);
        AssertLeft(world);
        Assert.Equal(World.StateOf(A), world.Snapshots.Of(World.Name)[0].Update.ToArray());
    }

    [Fact]
    public void A_removal_that_fails_is_tried_again_and_then_given_up()
    {
        using var world = new World();
        world.Client().Leave();
        world.Locator.Removing.Failure = new BackplaneUnavailableException("Away.");
        world.Advance(300);
        Assert.Equal(0, world.Sessions.Count);
        Assert.Equal(5, world.Locator.Removing.Calls);
    }

    [Fact]
    public void A_visitor_reads_the_document_and_leaves_no_session()
    {
        using var world = new World();
        world.Backplane.AppendElsewhere(World.Name, 1, A);
        byte[]? state = null;
        world.Sessions.Visit(World.Name, (read, _) => state = read);
        world.Run();
        world.Advance(0.001);
        Assert.Equal(World.StateOf(A), state);
        AssertLeft(world);

        // What the log alone had is in a snapshot now: this is how a node saves what a killed one left behind.
        Assert.Equal(World.StateOf(A), world.Snapshots.Of(World.Name)[0].Update.ToArray());
    }

    private static void AssertLeft(World world)
    {
        Assert.Equal(0, world.Sessions.Count);
        Assert.Equal(0, world.Backplane.Subscriptions);
        Assert.Empty(world.Locator.Held);
    }
}
