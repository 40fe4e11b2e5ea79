using Relay.Backplane;
using Relay.Doubles;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

/// <summary>Nodes of a document tell each other who is there at once, and take their clients with them.</summary>
public sealed class PresenceAcrossNodesTests
{
    [Fact]
    public void The_first_client_of_a_node_sees_at_once_who_is_there_on_others_and_is_seen()
    {
        using var world = new World();
        var there = world.Client(0);
        there.Say(Presence((1, 4, "{}")));
        var first = world.Client(1);
        Assert.Equal((4UL, "{}"), first.Presence[1]);
        first.Say(Presence((2, 1, "[]")));
        Assert.Equal((1UL, "[]"), there.Presence[2]);
        first.Leave();
        Assert.Equal("null", there.Presence[2].State);
    }

    [Fact]
    public void A_client_that_comes_back_to_a_node_that_had_left_the_document_sees_and_is_seen_at_once()
    {
        using var world = new World(SessionDefaults.Value with { IdleTimeout = TimeSpan.FromSeconds(4) });
        var (there, gone) = (world.Client(0), world.Client(1));
        there.Say(Presence((1, 4, "{}")));
        there.Say(Step2([0, 0]));
        gone.Say(Presence((2, 6, "[]")));
        gone.Leave(clean: false);
        world.Advance(8);
        Assert.Equal(0, world.Node(1).Count);
        Assert.Equal("null", there.Presence[2].State);

        var back = world.Client(1);
        back.Say(Presence((2, 6, "[]")));
        back.Say(Step2([0, 0]));

        // Both say themselves under the next clock.
        Assert.Equal((5UL, "{}"), there.Presence[1]);
        back.Say(Presence((2, 7, "[]")));
        there.Say(Presence((1, 5, "{}")));
        Assert.Equal((7UL, "[]"), there.Presence[2]);
        Assert.Equal((5UL, "{}"), back.Presence[1]);
    }

    [Fact]
    public void What_an_interrupted_channel_lost_is_said_again()
    {
        using var world = new World();
        var (here, there, leaving) = (world.Client(0), world.Client(1), world.Client(1));
        leaving.Say(Presence((3, 1, "{}")));
        world.Backplane.IsHushed = true;
        here.Say(Presence((1, 1, "{}")));
        there.Say(Presence((2, 1, "{}")));
        leaving.Leave();
        Assert.False(there.Presence.ContainsKey(1));
        world.Backplane.IsHushed = false;
        world.Backplane.Interrupt();
        world.Run();
        Assert.Equal("{}", there.Presence[1].State);
        Assert.Equal("{}", here.Presence[2].State);
        Assert.Equal("null", here.Presence[3].State);
    }

    [Fact]
    public void A_node_on_which_everybody_has_left_says_so_when_it_is_asked()
    {
        using var world = new World();
        var (here, leaving) = (world.Client(0), world.Client(1));
        leaving.Say(Presence((3, 1, "{}")));
        world.Backplane.IsHushed = true;
        leaving.Leave();
        world.Backplane.IsHushed = false;
        Assert.Equal("{}", here.Presence[3].State);
        world.Client(2);
        Assert.Equal("null", here.Presence[3].State);
    }

    [Fact]
    public void Of_many_questions_at_once_a_node_answers_the_first_and_the_others_together()
    {
        using var world = new World();
        world.Client(0).Say(Presence((1, 1, "{}")));
        world.Advance(1);
        world.Backplane.Told.Clear();
        for (var node = 1; node <= 20; node++)
        {
            world.Client(node);
        }

        Assert.Equal(1, Answers());
        world.Advance(0.3);
        Assert.Equal(2, Answers());
        world.Advance(10);
        Assert.Equal(2, Answers());

        int Answers() => world.Backplane.Told.Count(told => told is { Node: 1, Kind: AwarenessKind.Here });
    }

    [Fact]
    public void A_node_without_clients_of_its_own_answers_nothing()
    {
        using var world = new World();
        world.Client(0);
        world.Backplane.Told.Clear();
        world.Client(1);
        Assert.DoesNotContain(world.Backplane.Told, told => told.Kind == AwarenessKind.Here);
    }

    [Fact]
    public void Clients_of_a_dead_node_are_gone_at_once_and_are_not_shown_to_newcomers_on_any_node()
    {
        using var world = new World();
        var (here, dead) = (world.Client(0), world.Client(1));
        here.Say(Presence((1, 1, "{}")));
        dead.Say(Presence((2, 1, "{}")));
        world.Kill(1);
        Assert.Equal("{}", here.Presence[2].State);
        world.Sessions.NodeEnded(World.ChannelIdOf(1));
        world.Run();
        Assert.Equal("null", here.Presence[2].State);
        Assert.Equal("{}", here.Presence[1].State);
        Assert.False(world.Client(0).Presence.ContainsKey(2));
        Assert.False(world.Client(2).Presence.ContainsKey(2));
    }

    [Fact]
    public void A_client_that_has_moved_from_a_dead_node_stays()
    {
        using var world = new World();
        var (watcher, old) = (world.Client(0), world.Client(1));
        old.Say(Presence((2, 1, "{}")));
        world.Kill(1);
        world.Client(2).Say(Presence((2, 1, "{}")));
        world.Sessions.NodeEnded(World.ChannelIdOf(1));
        world.Run();
        Assert.Equal("{}", watcher.Presence[2].State);
    }

    [Fact]
    public void A_client_that_was_lost_on_two_nodes_goes_though_each_knows_it_from_the_other()
    {
        using var world = new World();
        var (watcher, one, two) = (world.Client(0), world.Client(1), world.Client(2));
        one.Say(Presence((2, 1, "{}")));
        two.Say(Presence((2, 1, "{}")));
        one.Leave(clean: false);
        two.Leave(clean: false);
        world.Advance(4);
        Assert.Equal("null", watcher.Presence[2].State);
    }

    [Fact]
    public void Clients_of_a_node_that_only_seemed_dead_come_back_at_once()
    {
        using var world = new World();
        var (here, paused) = (world.Client(0), world.Client(1));
        paused.Say(Presence((2, 3, "{}")));
        world.Sessions.NodeEnded(World.ChannelIdOf(1));
        world.Run();
        Assert.Equal("null", here.Presence[2].State);
        world.Sessions.NodeReturned(World.ChannelIdOf(1));
        world.Run();

        // Its node is told that it is gone, and has it say itself under the next clock.
        Assert.Equal((3UL, "null"), paused.Presence[2]);
        paused.Say(Presence((2, 4, "{}")));
        Assert.Equal((4UL, "{}"), here.Presence[2]);
    }

    [Fact]
    public void A_newcomer_is_not_shown_an_entry_of_half_a_minute_whatever_node_kept_it()
    {
        using var world = new World();
        var here = world.Client();
        world.Backplane.PublishElsewhere(World.Name, PresenceUpdate((7, 1, "{}")));
        world.Run();
        world.Advance(25);

        // As old as it is here, it is to a node that hears of it in an answer.
        var told = new ToldPresence([new Yjs.AwarenessEntry(8, 1, "{}"u8.ToArray())], []);
        var note = new PresenceNote(true, told, [TimeSpan.FromSeconds(28)]);
        world.Backplane.PublishElsewhere(World.Name, note.Encode(), AwarenessKind.Here, node: 98);
        world.Run();
        Assert.Equal("{}", world.Client().Presence[8].State);
        world.Advance(2.1);
        Assert.False(world.Client().Presence.ContainsKey(8));
        world.Advance(2.9);
        Assert.False(world.Client().Presence.ContainsKey(7));
        Assert.Equal("null", here.Presence[7].State);
    }

    [Fact]
    public void A_session_that_ends_with_its_clients_takes_them_with_it_on_other_nodes()
    {
        using var world = new World();
        var (here, there) = (world.Client(0), world.Client(1));
        there.Say(Update(Typed(9, 0, "a")));
        there.Say(Presence((2, 1, "{}")));
        world.Delete();
        world.Advance(1);
        Assert.NotNull(here.Closed);
        Assert.Contains(world.Backplane.Told, told => told.Kind == AwarenessKind.Bye);
    }

    [Fact]
    public void A_goodbye_takes_the_clients_of_that_node_and_no_others()
    {
        using var world = new World();
        var here = world.Client();
        world.Backplane.PublishElsewhere(World.Name, PresenceUpdate((7, 1, "{}")), node: 97);
        world.Backplane.PublishElsewhere(World.Name, PresenceUpdate((8, 1, "{}")), node: 98);
        world.Backplane.PublishElsewhere(World.Name, [], AwarenessKind.Bye, node: 97);
        world.Run();
        Assert.Equal("null", here.Presence[7].State);
        Assert.Equal("{}", here.Presence[8].State);
    }

    [Fact]
    public void Presence_of_a_node_whose_version_neither_greets_nor_answers_is_understood()
    {
        using var world = new World();
        var here = world.Client();
        here.Say(Presence((1, 1, "{}")));
        world.Backplane.PublishElsewhere(World.Name, PresenceUpdate((7, 1, "{}")), node: 97);
        world.Run();
        Assert.Equal("{}", here.Presence[7].State);

        // It hears changes in the way that it knows.
        world.Backplane.Told.Clear();
        here.Say(Presence((1, 2, "{}")));
        Assert.Equal([(1UL, AwarenessKind.Changes)], world.Backplane.Told);
    }

    [Fact]
    public void What_no_version_known_here_wrote_costs_nothing()
    {
        using var world = new World();
        var here = world.Client();
        foreach (var kind in Enum.GetValues<AwarenessKind>())
        {
            foreach (var content in (byte[][])[[], [1], [1, 200], [1, 1, 5, 1], [255, 255, 255, 255, 255, 255, 255, 1]])
            {
                world.Backplane.PublishElsewhere(World.Name, content, kind);
            }
        }

        world.Run();
        Assert.Null(here.Closed);
        Assert.Empty(here.Presence);
    }
}
