using Relay.Doubles;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

/// <summary>What one client says of another one's presence does that one no harm.</summary>
public sealed class PresenceAttackTests
{
    private const ulong LargestClock = (1UL << 53) - 1;

    public static TheoryData<ulong, string, int, bool> Forgeries()
    {
        var all = new TheoryData<ulong, string, int, bool>();
        foreach (var clock in (ulong[])[4, 5, 6, 1 << 20, 1UL << 33, LargestClock])
        {
            all.Add(clock, """{"forged":1}""", 0, false);
            all.Add(clock, """{"forged":1}""", 0, true);
            all.Add(clock, """{"forged":1}""", 1, true);
            all.Add(clock, "null", 0, false);
        }

        return all;
    }

    [Theory]
    [MemberData(nameof(Forgeries))]
    public void Another_user_cannot_say_or_remove_a_client(ulong clock, string state, int node, bool isFirst)
    {
        using var world = new World();
        var (owner, watcher, far) = (Client(world, "ada"), Client(world, "bob"), Client(world, "cyd", 1));
        owner.Say(Presence((1, 5, "{}")));
        var thief = world.Client(node, AccessLevel.Read, user: "eve");
        if (!isFirst)
        {
            thief.Say(Step2([0, 0]));
        }

        thief.Say(Presence((1, clock, state)));
        Assert.All([owner, watcher, far], client => Assert.Equal("{}", client.Presence[1].State));

        // What a stock client says next: it counts on from the newest clock that it has heard of itself.
        owner.Say(Presence((1, owner.Presence[1].Clock + 1, "[]")));
        Assert.All([watcher, far], client => Assert.Equal("[]", client.Presence[1].State));
        thief.Leave();
        world.Advance(10);
        Assert.All([watcher, far], client => Assert.Equal("[]", client.Presence[1].State));
        Assert.All([owner, watcher, far], client => Assert.Null(client.Closed));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Another_user_cannot_take_a_client_that_has_lost_its_connection(bool clean)
    {
        using var world = new World();
        var (owner, watcher) = (Client(world, "ada"), Client(world, "bob"));
        owner.Say(Presence((1, 5, "{}")));
        owner.Leave(clean);
        world.Client(user: "eve").Say(Presence((1, 6, """{"forged":1}""")));
        world.Advance(40);
        world.Client(user: "eve").Say(Presence((1, 7, """{"forged":1}""")));
        Assert.Equal("null", watcher.Presence[1].State);
        world.Client(user: "ada").Say(Presence((1, 6, "[]")));
        Assert.Equal((6UL, "[]"), watcher.Presence[1]);
    }

    [Fact]
    public void Who_names_no_user_cannot_take_a_client_of_one_who_does()
    {
        using var world = new World();
        var (owner, watcher) = (Client(world, "ada"), Client(world, "bob"));
        owner.Say(Presence((1, 5, "{}")));
        world.Client().Say(Presence((1, 6, """{"forged":1}""")));
        Assert.Equal((5UL, "{}"), watcher.Presence[1]);
    }

    [Fact]
    public void An_id_is_free_a_minute_after_its_client_is_gone()
    {
        using var world = new World();
        var (owner, _) = (Client(world, "ada"), Client(world, "bob"));
        owner.Say(Presence((1, 5, "{}")));
        owner.Leave();
        world.Advance(75);
        world.Client(user: "cyd").Say(Presence((1, 1, "[]")));
        Assert.Equal("[]", world.Client().Presence[1].State);
    }

    [Fact]
    public void A_user_who_moves_to_another_node_is_believed_there()
    {
        using var world = new World();
        var (owner, watcher) = (Client(world, "ada"), Client(world, "bob"));
        owner.Say(Presence((1, 5, "{}")));
        Client(world, "ada", 1).Say(Presence((1, 6, "[]")));
        Assert.Equal((6UL, "[]"), watcher.Presence[1]);
        owner.Leave(clean: false);
        world.Advance(10);
        Assert.Equal((6UL, "[]"), watcher.Presence[1]);
    }

    [Theory]
    [InlineData(LargestClock)]
    [InlineData(PresenceClock.Most + 1)]
    [InlineData(PresenceClock.MostAtFirst + 1)]
    public void A_clock_that_leaves_no_room_is_neither_kept_nor_told(ulong clock)
    {
        using var world = new World();
        var (there, far) = (world.Client(), world.Client(1));
        there.Say(Presence((1, 5, "{}")));
        world.Client().Say(Presence((1, clock, """{"forged":1}""")));
        world.Client().Say(Presence((2, clock, "{}")));
        there.Say(Presence((1, clock, "null")));

        // Nor from a node of an older version.
        world.Backplane.PublishElsewhere(World.Name, PresenceUpdate((3, LargestClock, "{}")));
        world.Backplane.PublishElsewhere(World.Name, PresenceUpdate((1, LargestClock, "null")));
        world.Run();
        there.Say(Presence((1, 6, "[]")));
        Assert.Equal((6UL, "[]"), far.Presence[1]);
        Assert.All([2UL, 3UL], id => Assert.False(far.Presence.ContainsKey(id)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Presence_that_fills_a_document_hides_no_one_else(int node)
    {
        const int Most = 1 << 20;
        using var world = new World(SessionDefaults.Value with { Awareness = new AwarenessLimits(64 << 10, 16, Most) });
        var (owner, watcher) = (Client(world, "ada"), Client(world, "bob", node));
        owner.Say(Presence((1, 1, "{}")));
        int[] lengths = [60_000, 60_000, 3_500, 3_500, 100, 100, 100, 100];
        for (ulong i = 0; i < 8; i++)
        {
            var attacker = world.Client(0, AccessLevel.Read, user: "eve");
            for (ulong id = 0; id < 16; id++)
            {
                attacker.Say(Presence((1000 + (100 * i) + id, 1, Text(lengths[i]))));
            }
        }

        // A state that grows, and a client that comes later.
        owner.Say(Presence((1, 2, Text(1000))));
        Assert.Equal(Text(1000), watcher.Presence[1].State);
        var late = Client(world, "cyd");
        late.Say(Presence((2, 1, Text(2000))));
        Assert.Equal(2002, watcher.Presence[2].State.Length);
        late.Say(Presence((2, 2, Text(60_000))));
        Assert.Equal("null", watcher.Presence[2].State);
        Assert.InRange(watcher.Presence.Values.Sum(entry => entry.State.Length), Most / 2, Most + (16 << 10));
    }

    [Fact]
    public void An_owner_that_does_not_read_is_asked_only_so_often()
    {
        using var world = new World();
        var (owner, other) = (world.Client(), world.Client());
        owner.Say(Presence((1, 1, "{}")));
        owner.IsStuck = true;
        other.Say(Presence((2, 1, "{}")));
        other.Say(Step2([0, 0]));
        Assert.True(owner.IsSending);
        for (var i = 0UL; i < 100; i++)
        {
            if (i % 3 == 0)
            {
                owner.Say(Presence((1, 2 + i, "{}")));
            }

            other.Say(Presence((1, 2 + i, "null")));
            world.Advance(1.1);
        }

        Assert.InRange(owner.Attachment.Delivery.Nudges.Count, 1, 16);
        Assert.Equal(0, owner.Attachment.Delivery.Direct.Count);
        owner.IsStuck = false;
        owner.Drain();
        Assert.Equal(0, owner.Attachment.Delivery.Nudges.Count);
    }

    [Fact]
    public void Without_users_an_owner_that_goes_on_has_the_last_word()
    {
        using var world = new World();
        var (owner, watcher) = (Client(world, null), Client(world, null));
        owner.Say(Presence((1, 5, "{}")));
        var thief = Client(world, null);
        thief.Say(Presence((1, 5 + PresenceClock.MostAhead, """{"forged":1}""")));
        Assert.Equal(5 + PresenceClock.MostAhead, owner.Presence[1].Clock);
        owner.Say(Presence((1, 6 + PresenceClock.MostAhead, "[]")));
        Assert.Equal("[]", watcher.Presence[1].State);
        thief.Leave();
        Assert.Equal("[]", watcher.Presence[1].State);
    }

    private static TestConnection Client(World world, string? user, int node = 0)
    {
        var client = world.Client(node, user: user);
        client.Say(Step2([0, 0]));
        return client;
    }

    private static string Text(int length) => $"\"{new string('x', length)}\"";
}
