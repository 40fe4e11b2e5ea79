using Relay.Doubles;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

/// <summary>Presence belongs to who said it, whatever others send back.</summary>
public sealed class PresenceOwnershipTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_client_without_presence_that_repeats_what_it_hears_owns_nothing(bool comesFirst)
    {
        using var world = new World();
        var quiet = comesFirst ? Answering(world) : null;
        var (owner, watcher) = (Answering(world), Answering(world));
        owner.Say(Presence((1, 1, "{}")));
        quiet ??= Answering(world);
        quiet.Say(Presence((1, 1, "{}")));
        owner.Say(Presence((1, 2, "[]")));
        Assert.Equal((2UL, "[]"), watcher.Presence[1]);
        quiet.Say(Presence((1, 2, "[]")));
        quiet.Say(Presence((1, 2, "null")));
        quiet.Leave();
        Assert.Equal((2UL, "[]"), watcher.Presence[1]);
        owner.Leave();
        Assert.Equal("null", watcher.Presence[1].State);
    }

    [Fact]
    public void A_repetition_renews_nothing()
    {
        using var world = new World();
        var (owner, quiet, watcher) = (Answering(world), Answering(world), Answering(world));
        owner.Say(Presence((1, 1, "{}")));
        for (var i = 0; i < 6; i++)
        {
            world.Advance(6);
            quiet.Say(Presence((1, 1, "{}")));
        }

        Assert.Equal("null", watcher.Presence[1].State);
    }

    [Fact]
    public void A_client_that_comes_back_is_the_owner_though_its_entry_was_on_its_way_to_it()
    {
        using var world = new World();
        var (old, watcher) = (Answering(world), Answering(world));
        old.Say(Presence((1, 5, "{}")));

        // The node has greeted it with its own entry before it hears the client's first words.
        var back = world.Client();
        Assert.Equal((5UL, "{}"), back.Presence[1]);
        back.Say(Presence((1, 5, "{}")));
        back.Say(Step2([0, 0]));
        old.Leave(clean: false);
        world.Advance(6);
        Assert.Equal((5UL, "{}"), watcher.Presence[1]);
        back.Leave();
        Assert.Equal("null", watcher.Presence[1].State);
    }

    [Fact]
    public void A_client_that_answered_the_node_has_heard_and_owns_nothing_under_a_known_clock()
    {
        using var world = new World();
        var (owner, watcher) = (Answering(world), Answering(world));
        owner.Say(Presence((1, 5, "{}")));
        var quiet = world.Client();
        quiet.Say(Step2([0, 0]));
        quiet.Say(Presence((1, 5, "{}")));
        owner.Leave();
        Assert.Equal("null", watcher.Presence[1].State);
    }

    [Fact]
    public void A_second_provider_of_the_same_client_keeps_it_there_when_the_first_one_goes()
    {
        using var world = new World();
        var watcher = Answering(world);
        var (one, two) = (world.Client(), world.Client());
        one.Say(Presence((1, 1, "{}")));
        two.Say(Presence((1, 1, "{}")));
        one.Say(Presence((1, 2, "[]")));
        two.Say(Presence((1, 2, "[]")));
        one.Leave();

        // The last entry was on its way to the second one when it said the same: so it is asked, and its client says
        // it is there.
        Assert.Equal((2UL, "[]"), watcher.Presence[1]);
        two.Say(Presence((1, 3, "[]")));
        world.Advance(10);
        Assert.Equal((3UL, "[]"), watcher.Presence[1]);
        two.Leave();
        Assert.Equal("null", watcher.Presence[1].State);
    }

    [Fact]
    public void What_a_tab_passes_on_goes_neither_with_the_tab_nor_stays_without_its_owner()
    {
        using var world = new World();
        var watcher = Answering(world);
        var (tab, owner) = (Answering(world), Answering(world));

        // A tab without presence passes on what another tab of its browser says, before that one's own connection does.
        tab.Say(Presence((1, 1, "{}")));
        owner.Say(Presence((1, 1, "{}")));
        tab.Say(Presence((1, 2, "[]")));
        owner.Say(Presence((1, 2, "[]")));
        owner.Say(Presence((1, 3, "{}")));
        Assert.Equal((3UL, "{}"), watcher.Presence[1]);
        tab.Leave();
        world.Advance(10);
        Assert.Equal((3UL, "{}"), watcher.Presence[1]);
        owner.Leave();
        world.Advance(1);
        Assert.Equal("null", watcher.Presence[1].State);
    }

    [Fact]
    public void A_client_whose_presence_another_tab_took_over_gets_it_back_when_that_one_is_lost()
    {
        using var world = new World();
        var watcher = Answering(world);
        var (tab, owner) = (Answering(world), Answering(world));
        tab.Say(Presence((1, 1, "{}")));
        owner.Say(Presence((2, 1, "{}")));

        // It owns something already, so a newer entry of another client is not believed.
        owner.Say(Presence((1, 2, "[]")));
        Assert.Equal((1UL, "{}"), watcher.Presence[1]);
        tab.Leave();
        Assert.Equal((2UL, "null"), owner.Presence[1]);
        owner.Say(Presence((1, 3, "[]")));
        Assert.Equal((3UL, "[]"), watcher.Presence[1]);
    }

    [Fact]
    public void Twenty_users_who_share_one_awareness_between_two_documents_stay_and_are_seen()
    {
        using var world = new World();
        var users = Enumerable.Range(1, 20).Select(_ => world.Client()).ToArray();
        for (var i = 0; i < users.Length; i++)
        {
            users[i].Say(Presence(((ulong)i + 1, 1, "{}")));
            users[i].Say(Step2([0, 0]));
        }

        // Each says in this document whatever it hears in the other one, of all of them.
        for (ulong clock = 2; clock <= 4; clock++)
        {
            foreach (var user in users)
            {
                user.Say(Presence([.. Enumerable.Range(1, 20).Select(id => ((ulong)id, clock, "[]"))]));
            }
        }

        Assert.All(users, user => Assert.Null(user.Closed));
        users[0].Leave();
        Assert.All(users[1..], user => Assert.Equal("null", user.Presence[1].State));
        foreach (var user in users[1..])
        {
            Assert.All(Enumerable.Range(2, 19), id => Assert.Equal((4UL, "[]"), user.Presence[(ulong)id]));
        }
    }

    [Fact]
    public void Somebody_who_comes_back_sees_the_others_at_once_because_they_say_themselves_under_the_next_clock()
    {
        using var world = new World();
        var there = Showing(world, 0, (1, 4, """{"at":1}"""));
        var elsewhere = Showing(world, 1, (2, 7, """{"at":2}"""));
        world.Advance(3);
        var back = world.Client();
        back.Say(Presence((3, 9, "{}")));
        back.Say(Step2([0, 0]));

        // Stock clients take their own entry under the next clock for theirs, and send it on, as all that they hear.
        Assert.Equal((5UL, """{"at":1}"""), there.Presence[1]);
        Assert.Equal((8UL, """{"at":2}"""), elsewhere.Presence[2]);
        there.Say(Presence((1, 5, """{"at":1}""")));
        elsewhere.Say(Presence((2, 8, """{"at":2}""")));
        Assert.Equal((5UL, """{"at":1}"""), back.Presence[1]);
        Assert.Equal((8UL, """{"at":2}"""), back.Presence[2]);
    }

    [Fact]
    public void A_new_client_makes_nobody_say_anything()
    {
        using var world = new World();
        var there = Answering(world);
        there.Say(Update(Typed(9, 0, "a")));
        there.Say(Presence((1, 4, "{}")));
        world.Advance(3);
        world.Client().Say(Step2([0, 0]));
        Assert.Equal((4UL, "{}"), there.Presence[1]);
    }

    [Fact]
    public void In_a_large_document_only_some_clients_at_once_are_asked_to_say_themselves_anew()
    {
        using var world = new World();
        var all = Enumerable.Range(1, 150).Select(id => Showing(world, 0, ((ulong)id, 1, "{}"))).ToArray();

        // Those who came before are asked for those who came after.
        world.Advance(15);
        for (var i = 0; i < all.Length; i++)
        {
            all[i].Say(Presence(((ulong)i + 1, 10, "{}")));
        }

        world.Advance(10);
        Answering(world);
        Assert.Equal(100, Asked());
        world.Advance(4);
        Assert.Equal(100, Asked());
        world.Advance(2);
        Assert.Equal(150, Asked());

        int Asked() => all.Where((client, i) => client.Presence[(ulong)i + 1].Clock > 10).Count();
    }

    [Fact]
    public void A_client_whose_presence_is_stamped_is_not_told_what_others_see_of_it()
    {
        using var world = new World();
        var stamped = new TestConnection(world.Context, world.Sessions, World.Name) { IsStamped = true }.Join();
        stamped.Say(Step1());
        stamped.Say(Step2([0, 0]));
        stamped.Say(Presence((1, 4, """{"user":{"id":"ada"}}""")));
        world.Advance(3);
        Answering(world);
        Assert.Equal((4UL, "null"), stamped.Presence[1]);
    }

    [Fact]
    public void A_hocuspocus_provider_is_asked_for_its_presence_when_its_clock_was_raised()
    {
        using var world = new World();
        var client = new HocuspocusClient(world);
        client.Open("doc");
        client.Say(HocuspocusClient.Message("doc", "01" + HocuspocusClient.Bytes(PresenceUpdate((1, 4, "{}")))));
        client.Say(HocuspocusClient.Step2("doc", [0, 0]));
        world.Advance(3);
        client.Take();
        Answering(world);

        // A provider of version 4 sends nothing that it has from the node, but answers a question.
        var raised = "01" + HocuspocusClient.Bytes(PresenceUpdate((1, 5, "{}")));
        Assert.Equal([HocuspocusClient.Message("doc", raised), HocuspocusClient.Message("doc", "03")], client.Take());
    }

    /// <summary>A client that says its presence before anything else, as stock clients do that have one.</summary>
    private static TestConnection Showing(World world, int node, (ulong Id, ulong Clock, string State) entry)
    {
        var client = world.Client(node);
        client.Say(Presence(entry));
        client.Say(Step2([0, 0]));
        return client;
    }

    /// <summary>
    /// A client that answers the node's question for its document, so it may have heard what it says after that.
    /// </summary>
    private static TestConnection Answering(World world, int node = 0)
    {
        var client = world.Client(node);
        client.Say(Step2([0, 0]));
        return client;
    }
}
