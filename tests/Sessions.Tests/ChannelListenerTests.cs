using Relay.Doubles;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

/// <summary>A session that is slower than its channel.</summary>
public sealed class ChannelListenerTests
{
    [Fact]
    public void What_waits_for_a_slow_session_is_bounded_and_the_rest_is_read_from_the_log_once()
    {
        using var world = new World(SessionDefaults.Value with { HeldBytes = 1_000 });
        var client = world.Client();
        client.Say(Update(Typed(2, 0, "c")));
        var reads = world.Backplane.Reading.Calls;
        var updates = Enumerable.Range(0, 100).Select(i => Typed(1, (ulong)i, "a")).ToArray();

        // Nothing of the session runs before all of them have come.
        for (var i = 0; i < updates.Length; i++)
        {
            world.Backplane.AppendElsewhere(World.Name, 11 + (ulong)i, updates[i]);
        }

        world.Run();
        Assert.Equal(World.StateOf([Typed(2, 0, "c"), .. updates]), client.Document.EncodeState());
        Assert.Equal(reads + 1, world.Backplane.Reading.Calls);

        world.Backplane.AppendElsewhere(World.Name, 500, Typed(3, 0, "later"));
        world.Run();
        Assert.Equal(reads + 1, world.Backplane.Reading.Calls);
        Assert.Equal(World.StateOf([Typed(2, 0, "c"), .. updates, Typed(3, 0, "later")]),
            client.Document.EncodeState());
    }

    [Fact]
    public void One_entry_of_any_size_is_taken_and_what_was_handled_makes_room()
    {
        using var world = new World(SessionDefaults.Value with { HeldBytes = 1_000 });
        var client = world.Client();
        client.Say(Update(Typed(2, 0, "c")));
        var reads = world.Backplane.Reading.Calls;
        for (var i = 0; i < 20; i++)
        {
            world.Backplane.AppendElsewhere(World.Name, 11 + (ulong)i, Typed(10 + (ulong)i, 0, new string('x', 5_000)));
            world.Run();
        }

        Assert.Equal(reads, world.Backplane.Reading.Calls);
        Assert.Equal(21, world.Backplane.Entries(World.Name).Count);
        Assert.Equal(world.Stored(), client.Document.EncodeState());
    }
}
