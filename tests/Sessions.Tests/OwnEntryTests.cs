using Relay.Doubles;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

/// <summary>A session's own entries, as they come back over the channel.</summary>
public sealed class OwnEntryTests
{
    private static readonly byte[] A = Typed(1, 0, "a");
    private static readonly byte[] B = Typed(1, 1, "b");
    private static readonly byte[] C = Typed(2, 0, "c");

    [Fact]
    public void An_entry_whose_append_was_answered_is_dropped_without_a_message_or_any_memory()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(C));
        world.Backplane.IsHushed = true;
        client.Say(Update(A));
        var own = world.Backplane.Entries(World.Name)[^1] with { Payload = default };
        var listener = world.Backplane.ListenerOf(World.Name);
        var taken = listener.TryTakeOwn(own);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 100; i++)
        {
            taken &= listener.TryTakeOwn(own);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(taken);
        Assert.False(listener.TryTakeOwn(own with { Position = own.Position with { Offset = 9 } }));
        Assert.False(listener.TryTakeOwn(own with { Position = own.Position with { Epoch = 9 } }));
    }

    [Fact]
    public void An_entry_in_flight_is_settled_by_the_channel_with_the_sessions_own_payload()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(C));
        world.Backplane.Replying.IsShut = true;

        // The double hands over no payload of an entry that the listener takes.
        client.Say(Update(A));
        client.Say(Update(B));

        Assert.Equal(World.StateOf(A, B, C), client.Document.EncodeState());
        Assert.Equal(2, world.Backplane.Replying.Waiting);
        world.Backplane.Replying.Open();
        world.Run();
        Assert.Equal(World.StateOf(A, B, C), client.Document.EncodeState());
        Assert.Equal(3, world.Backplane.Entries(World.Name).Count);
        Assert.Equal(World.StateOf(A, B, C), world.Stored());
    }

    [Fact]
    public void An_own_entry_of_an_append_that_was_given_up_is_read_from_the_log()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(C));
        world.Backplane.IsHushed = true;
        var entry = world.Backplane.AppendElsewhere(World.Name, 11, A) with { Payload = default };
        var reads = world.Backplane.Reading.Calls;

        world.Sessions.LookAtAll(entry, static (head, session) =>
            session.Mailbox.Post(() => session.OnChannelOwnEntry(head)));
        world.Run();

        Assert.Equal(World.StateOf(A, C), client.Document.EncodeState());
        Assert.Equal(reads + 1, world.Backplane.Reading.Calls);
        world.Sessions.LookAtAll(entry, static (head, session) =>
            session.Mailbox.Post(() => session.OnChannelOwnEntry(head)));
        world.Run();
        Assert.Equal(reads + 1, world.Backplane.Reading.Calls);
    }

    [Fact]
    public void Another_nodes_entry_is_no_own_one()
    {
        using var world = new World();
        var (here, there) = (world.Client(0), world.Client(1));
        here.Say(Update(A));
        there.Say(Update(C));
        Assert.Equal(World.StateOf(A, C), here.Document.EncodeState());
        Assert.Equal(World.StateOf(A, C), there.Document.EncodeState());
    }
}
