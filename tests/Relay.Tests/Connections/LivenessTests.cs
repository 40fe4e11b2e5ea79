using Relay.Doubles;
using static Relay.Doubles.HocuspocusClient;

namespace Relay.Connections;

public sealed class LivenessTests
{
    [Fact]
    public void Who_sends_one_large_message_for_minutes_is_alive_though_its_pongs_have_to_wait_behind_it()
    {
        using var world = new World();
        var client = new HocuspocusClient(world);
        client.Open("d");
        var typed = Messages.Typed(1, 0, new string('x', 240_000));
        client.SaySlowly(Update("d", typed), slices: 240, () => world.Advance(1));
        Assert.Equal(World.StateOf(typed), client.DocumentAt("d"));
    }
}
