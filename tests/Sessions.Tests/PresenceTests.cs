using Relay.Doubles;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

public sealed class PresenceTests
{
    [Fact]
    public void Presence_reaches_everybody_its_sender_included_and_a_newcomer_at_once()
    {
        using var world = new World();
        var (here, other) = (world.Client(), world.Client());
        here.Say(Presence((1, 1, """{"user":"A"}""")));
        Assert.Equal("""{"user":"A"}""", here.Presence[1].State);
        Assert.Equal("""{"user":"A"}""", other.Presence[1].State);
        Assert.Equal("""{"user":"A"}""", world.Client().Presence[1].State);
    }

    [Fact]
    public void Presence_reaches_other_nodes_and_so_does_its_removal()
    {
        using var world = new World();
        var (here, there) = (world.Client(0), world.Client(1));
        here.Say(Presence((1, 1, "{}")));
        Assert.Equal("{}", there.Presence[1].State);
        here.Leave();
        Assert.Equal("null", there.Presence[1].State);
    }

    [Fact]
    public void A_question_for_presence_is_answered_with_all_of_it()
    {
        using var world = new World();
        var (here, other) = (world.Client(), world.Client());
        here.Say(Presence((1, 1, "{}")));
        other.Presence.Clear();
        other.Say(QueryPresence());
        Assert.Equal("{}", other.Presence[1].State);
    }

    [Fact]
    public void Closing_one_tab_removes_that_tab_and_nobody_else()
    {
        // The tab that closes had relayed others' entries: renewals, removals by timeout, answers.
        using var world = new World();
        var (one, two, closing) = (world.Client(), world.Client(), world.Client());
        one.Say(Presence((1, 1, "{}")));
        two.Say(Presence((2, 1, "{}")));
        closing.Say(Presence((3, 1, "{}")));
        closing.Say(Presence((1, 1, "{}"), (2, 1, "{}")));
        closing.Say(Presence((1, 2, "{}")));
        closing.Leave();
        Assert.Equal("{}", one.Presence[1].State);
        Assert.Equal("{}", one.Presence[2].State);
        Assert.Equal("null", one.Presence[3].State);
    }

    [Fact]
    public void Nobody_removes_or_changes_another_clients_presence()
    {
        using var world = new World();
        var (owner, stranger) = (world.Client(), world.Client());
        owner.Say(Presence((1, 5, """{"user":"A"}""")));
        stranger.Say(Presence((2, 1, "{}")));
        stranger.Say(Presence((1, 5, "null")));
        stranger.Say(Presence((1, 9, "null")));
        stranger.Say(Presence((1, 9, """{"user":"B"}""")));
        Assert.Equal("""{"user":"A"}""", owner.Presence[1].State);
        Assert.Equal((5UL, """{"user":"A"}"""), stranger.Presence[1]);
        Assert.Null(stranger.Closed);
    }

    [Fact]
    public void Nobody_takes_the_presence_of_a_client_of_another_node()
    {
        using var world = new World();
        var (owner, stranger) = (world.Client(0), world.Client(1));
        owner.Say(Presence((1, 5, """{"user":"A"}""")));
        stranger.Say(Presence((2, 1, "{}")));
        stranger.Say(Presence((1, 9, """{"user":"B"}""")));
        stranger.Say(Presence((1, 9, "null")));
        Assert.Equal((5UL, """{"user":"A"}"""), owner.Presence[1]);
        stranger.Leave();
        Assert.Equal((5UL, """{"user":"A"}"""), owner.Presence[1]);
    }

    [Fact]
    public void A_first_frame_with_an_older_clock_takes_nothing_over()
    {
        using var world = new World();
        var (owner, stranger) = (world.Client(), world.Client());
        owner.Say(Presence((1, 5, "{}")));
        stranger.Say(Presence((1, 4, """{"user":"B"}""")));
        stranger.Leave();
        Assert.Equal((5UL, "{}"), owner.Presence[1]);
    }

    [Fact]
    public void A_client_that_comes_back_takes_its_presence_over_and_the_end_of_the_old_connection_changes_nothing()
    {
        using var world = new World();
        var (old, other) = (world.Client(), world.Client());
        old.Say(Presence((1, 5, "{}")));
        var back = world.Client();
        back.Say(Presence((1, 5, "{}")));
        old.Leave(clean: true);
        world.Advance(10);
        Assert.Equal((5UL, "{}"), other.Presence[1]);
        back.Leave();
        Assert.Equal("null", other.Presence[1].State);
    }

    [Fact]
    public void After_an_abrupt_end_presence_stays_for_three_seconds()
    {
        using var world = new World();
        var (lost, other) = (world.Client(), world.Client());
        lost.Say(Presence((1, 1, "{}")));
        lost.Leave(clean: false);
        world.Advance(2.9);
        Assert.Equal("{}", other.Presence[1].State);
        world.Advance(0.2);
        Assert.Equal("null", other.Presence[1].State);
    }

    [Fact]
    public void A_client_that_returns_within_three_seconds_never_disappears()
    {
        using var world = new World();
        var (lost, other) = (world.Client(), world.Client());
        lost.Say(Presence((1, 1, "{}")));
        lost.Leave(clean: false);
        world.Advance(2);
        world.Client().Say(Presence((1, 1, "{}")));
        world.Advance(10);
        Assert.Equal((1UL, "{}"), other.Presence[1]);
    }

    [Fact]
    public void A_client_that_returns_after_its_removal_is_made_to_raise_its_clock_and_is_seen_at_once()
    {
        using var world = new World();
        var (gone, other) = (world.Client(), world.Client());
        gone.Say(Presence((1, 5, "{}")));
        gone.Leave();
        Assert.Equal((5UL, "null"), other.Presence[1]);

        // Stock clients come back with the clock that they had, and other clients ignore it, because they saw that
        // clock go.
        var back = world.Client();
        back.Say(Presence((1, 5, "{}")));
        Assert.Equal((5UL, "null"), back.Presence[1]);

        // On hearing of its own removal a stock client answers with the next clock.
        back.Say(Presence((1, 6, "{}")));
        Assert.Equal((6UL, "{}"), other.Presence[1]);
    }

    [Fact]
    public void A_client_that_returns_after_its_removal_to_a_node_that_did_not_see_it_go_is_seen_at_once_all_the_same()
    {
        using var world = new World();
        var (gone, other) = (world.Client(0), world.Client(0));
        gone.Say(Presence((1, 5, "{}")));
        gone.Leave();
        var back = world.Client(1);
        back.Say(Presence((1, 5, "{}")));
        Assert.Equal((5UL, "null"), back.Presence[1]);
        back.Say(Presence((1, 6, "{}")));
        Assert.Equal((6UL, "{}"), other.Presence[1]);
    }

    [Fact]
    public void A_removal_that_another_node_sends_late_makes_the_client_say_that_it_is_here()
    {
        using var world = new World();
        var here = world.Client();
        here.Say(Presence((1, 5, "{}")));
        world.Backplane.PublishElsewhere(World.Name, PresenceUpdate((1, 5, "null")));
        world.Run();
        Assert.Equal((5UL, "null"), here.Presence[1]);
        here.Say(Presence((1, 6, "{}")));
        Assert.Equal((6UL, "{}"), here.Presence[1]);
    }

    [Fact]
    public void Presence_that_nobody_renews_goes_within_half_a_minute()
    {
        using var world = new World();
        var here = world.Client();
        world.Backplane.PublishElsewhere(World.Name, PresenceUpdate((7, 1, "{}")));
        world.Run();
        Assert.Equal("{}", here.Presence[7].State);
        world.Advance(29);
        Assert.Equal("{}", here.Presence[7].State);
        world.Advance(5);
        Assert.Equal("null", here.Presence[7].State);
    }

    [Fact]
    public void An_owner_may_hide_and_show_itself()
    {
        using var world = new World();
        var (owner, other) = (world.Client(), world.Client());
        owner.Say(Presence((1, 1, "{}")));
        owner.Say(Presence((1, 2, "null")));
        Assert.Equal("null", other.Presence[1].State);
        owner.Say(Presence((1, 3, "{}")));
        Assert.Equal("{}", other.Presence[1].State);
    }

    [Fact]
    public void Presence_is_not_stored_and_does_not_keep_a_document_in_memory()
    {
        using var world = new World();
        var client = world.Client();
        for (ulong clock = 1; clock <= 100; clock++)
        {
            client.Say(Presence((1, clock, "{}")));
        }

        client.Leave(clean: false);
        world.Advance(100);
        Assert.Equal(0, world.Sessions.Count);
        Assert.Equal(0, world.Snapshots.Writes);
        Assert.Empty(world.Backplane.Appends);
    }
}
