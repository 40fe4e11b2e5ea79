using Relay.Doubles;
using Relay.Yjs;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

/// <summary>The first entry of a log: everything stored is read again for it.</summary>
public sealed class FirstEntryTests
{
    private const int Values = 10_000;

    [Fact]
    public void The_first_update_is_applied_and_delivered_as_it_came()
    {
        // Values whose place is unknown: a document that is encoded says each of them alone.
        using var bytes = new Lib0Writer();
        bytes.WriteBytes([1, 1, 77, 5, 0x88, 99, 7]);
        bytes.WriteVarUint(Values);
        for (var i = 0; i < Values; i++)
        {
            bytes.WriteByte(126);
        }

        bytes.WriteVarUint(0);
        byte[] update = bytes.ToArray();
        using var world = new World();
        var client = world.Client();
        client.Say(Step2([0, 0]));
        var frame = Update(update);
        var before = GC.GetAllocatedBytesForCurrentThread();
        client.Say(frame);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 30 * update.Length);
        Assert.Equal(update, client.Updates[^1]);
        Assert.Equal(World.StateOf(update), world.Stored());
    }

    [Fact]
    public void An_update_of_another_node_that_came_first_is_taken_with_it()
    {
        using var world = new World();
        var (first, second) = (world.Client(), world.Client(node: 1));
        world.Backplane.Appending.IsShut = true;
        first.Say(Update(Typed(1, 0, "a")));
        second.Say(Update(Typed(2, 0, "b")));
        world.Backplane.Appending.Open();
        world.Run();
        world.Advance(5);
        var all = World.StateOf(Typed(1, 0, "a"), Typed(2, 0, "b"));
        Assert.Equal(all, first.Document.EncodeState());
        Assert.Equal(all, second.Document.EncodeState());
        Assert.Equal(all, world.Stored());
    }
}
