using Relay.Doubles;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

/// <summary>
/// Presence is shown at once, an update when it is logged. So a client may hear of a position before the text that it
/// names; what editors make of that is tested with stock clients.
/// </summary>
public sealed class PresenceOrderTests
{
    private static readonly byte[] Text = Typed(1, 0, "a");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Presence_does_not_wait_for_an_update_that_is_still_being_logged(int node)
    {
        using var world = new World();
        var (writer, watcher) = (world.Client(), world.Client(node));
        writer.Say(Step2([0, 0]));
        world.Backplane.Appending.IsShut = true;
        writer.Say(Update(Text), Presence((1, 1, """{"cursor":"a"}""")));
        Assert.Equal((1UL, """{"cursor":"a"}"""), watcher.Presence[1]);
        Assert.Equal(World.StateOf(), watcher.Document.EncodeState());
        world.Backplane.Appending.Open();
        world.Run();
        Assert.Equal(World.StateOf(Text), watcher.Document.EncodeState());
    }
    [Fact]
    public void A_client_that_is_behind_hears_of_presence_before_all_that_it_lacks()
    {
        using var world = new World(SessionDefaults.Value with { SendBytes = 1 });
        var (writer, slow) = (world.Client(), world.Client());
        writer.Say(Step2([0, 0]));
        slow.IsStuck = true;
        writer.Say(Update(Text));
        slow.Got.Clear();
        writer.Say(Update(Typed(1, 1, "b")), Presence((1, 1, "{}")));
        writer.Say(Update(Typed(1, 2, "c")), Presence((1, 2, """{"cursor":"c"}""")));
        while (slow.IsSending)
        {
            slow.Drain();
        }

        Assert.Equal(["update", "presence", "update"], slow.Got);
        Assert.Equal((2UL, """{"cursor":"c"}"""), slow.Presence[1]);
        Assert.Equal(writer.Document.EncodeState(), slow.Document.EncodeState());
    }
}
