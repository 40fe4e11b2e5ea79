using Relay.Doubles;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

/// <summary>How much presence there may be, of a connection and of a document, and on its way.</summary>
public sealed class PresenceLimitTests
{
    [Fact]
    public void A_connection_that_brings_too_many_clients_goes_on_without_those_above_the_limit()
    {
        using var world = new World(SessionDefaults.Value with { Awareness = new AwarenessLimits(100, 2, 8 << 20) });
        var (many, other) = (world.Client(), world.Client());
        many.Say(Presence((1, 1, "{}")));
        many.Say(Presence((2, 1, "{}"), (3, 1, "{}"), (4, 1, "{}")));
        many.Say(Presence((3, 2, "{}")));
        Assert.Null(many.Closed);
        Assert.Equal([1UL, 2UL], other.Presence.Keys.Order());
        many.Say(Presence((2, 2, "[]")));
        Assert.Equal((2UL, "[]"), other.Presence[2]);
        many.Say(Update(Typed(9, 0, "a")));
        Assert.Single(other.Updates, update => update.Length > 2);
        var line = Assert.Single(world.Log.Lines, IsAboutPresence);
        Assert.Contains("Limits:MaxAwarenessEntries", line, StringComparison.Ordinal);
        Assert.Contains(World.Name.Value, line, StringComparison.Ordinal);
    }

    [Fact]
    public void Presence_that_is_too_large_goes_and_comes_back_when_it_is_smaller()
    {
        using var world = new World(SessionDefaults.Value with { Awareness = new AwarenessLimits(100, 2, 8 << 20) });
        var (large, other) = (world.Client(), world.Client());
        large.Say(Presence((1, 1, "{}")));
        large.Say(Presence((1, 2, $"\"{new string('x', 200)}\"")));
        large.Say(Presence((1, 3, $"\"{new string('x', 200)}\"")));
        Assert.Equal("null", other.Presence[1].State);
        Assert.Null(large.Closed);
        large.Say(Presence((1, 4, "[]")));
        Assert.Equal((4UL, "[]"), other.Presence[1]);
        var line = Assert.Single(world.Log.Lines, IsAboutPresence);
        Assert.Contains("Limits:MaxAwarenessBytes", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Presence_of_a_document_has_a_limit_for_new_entries_those_of_other_nodes_included()
    {
        using var world = new World(SessionDefaults.Value with { Awareness = new AwarenessLimits(100, 2, 400) });
        var (one, two, there) = (world.Client(), world.Client(), world.Client(1));
        var state = $"\"{new string('x', 60)}\"";
        one.Say(Presence((1, 1, state)));
        there.Say(Presence((2, 1, state)));
        two.Say(Presence((3, 1, state)));
        var late = world.Client();
        late.Say(Presence((4, 1, state)));
        Assert.Equal([1UL, 2UL, 3UL], late.Presence.Keys.Order());
        Assert.Null(late.Closed);
        one.Say(Presence((1, 2, state)));
        Assert.Equal(2UL, two.Presence[1].Clock);
        one.Leave();
        world.Advance(70);
        late.Say(Presence((4, 2, state)));
        Assert.Equal((2UL, state), late.Presence[4]);
    }

    [Fact]
    public void While_one_publish_is_under_way_only_the_latest_entry_of_each_client_waits()
    {
        using var world = new World();
        var (here, there) = (world.Client(0), world.Client(1));
        var before = world.Backplane.Publishing.Calls;
        world.Backplane.Publishing.IsShut = true;
        for (ulong clock = 1; clock <= 50; clock++)
        {
            here.Say(Presence((1, clock, $"{{\"at\":{clock}}}")));
        }

        Assert.Equal(1, world.Backplane.Publishing.Calls - before);
        world.Backplane.Publishing.Open();
        world.Run();
        Assert.Equal(2, world.Backplane.Publishing.Calls - before);
        Assert.Equal((50UL, """{"at":50}"""), there.Presence[1]);
    }

    private static bool IsAboutPresence(string line) =>
        line.StartsWith("Presence that the client at 127.0.0.1", StringComparison.Ordinal);
}
