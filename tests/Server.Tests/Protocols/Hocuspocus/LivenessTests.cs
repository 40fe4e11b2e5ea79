using Relay.Doubles;
using static Relay.Doubles.HocuspocusClient;

namespace Relay.Protocols.Hocuspocus;

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

    [Fact]
    public void A_client_without_other_traffic_gets_a_data_frame_at_least_every_15_seconds_also_when_pings_are_due()
    {
        for (var half = 0; half < 60; half++)
        {
            using var world = new World();
            var client = new HocuspocusClient(world);
            client.Open("d");
            world.Advance(half * 0.5);
            client.Say(Message("d", "000001" + "00"));
            var (quiet, heard) = (0.0, client.Got.Count);
            for (var second = 0.5; second < 120; second += 0.5)
            {
                world.Advance(0.5);
                client.Pong();
                quiet = client.Got.Count == heard ? quiet + 0.5 : 0;
                heard = client.Got.Count;
                Assert.True(quiet <= 15, $"Quiet for {quiet} s, {second} s after a question at {half * 0.5} s.");
            }
        }
    }
}
