using System.Globalization;
using Relay.Backplane;
using Relay.Doubles;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

/// <summary>Two nodes, four clients, and whatever can go wrong between them, in an order that a seed decides: <c>RELAY_TEST_SEED</c> plays one, <c>RELAY_TEST_SEEDS</c> says how many.</summary>
public sealed class RandomFaultTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Whatever_order_channel_and_replies_take_and_whatever_is_lost_all_nodes_agree(int firstSeed)
    {
        var count = int.Parse(Environment.GetEnvironmentVariable("RELAY_TEST_SEEDS") ?? "25", CultureInfo.InvariantCulture);
        var seeds = Environment.GetEnvironmentVariable("RELAY_TEST_SEED") is { } given
            ? [int.Parse(given, CultureInfo.InvariantCulture)]
            : Enumerable.Range(firstSeed * 1_000_000, count);
        foreach (var seed in seeds)
        {
            Play(seed);
        }
    }

    private static void Play(int seed)
    {
        var random = new Random(seed);
        using var world = new World(new SessionSettings { IdleTimeout = TimeSpan.FromSeconds(2), SaveInterval = TimeSpan.FromSeconds(5) });
        var clocks = new ulong[4];
        var clients = Enumerable.Range(0, 4).Select(i => world.Client(i % 2)).ToArray();
        var seen = new List<byte[]>();
        for (var step = 0; step < 120; step++)
        {
            var who = random.Next(4);
            switch (random.Next(12))
            {
                case < 6:
                    var update = Typed((ulong)who + 1, clocks[who]++, "x");
                    seen.Add(update);
                    clients[who].Say(Update(update));
                    break;
                case 6:
                    world.Backplane.IsHushed = !world.Backplane.IsHushed;
                    break;
                case 7:
                    world.Backplane.Appending.IsShut = random.Next(2) == 0;
                    if (!world.Backplane.Appending.IsShut)
                    {
                        world.Backplane.Appending.Open();
                    }

                    break;
                case 8:
                    world.Backplane.Replying.Failure = random.Next(2) == 0 ? new BackplaneUnavailableException("Lost.") : null;
                    break;
                case 9:
                    clients[who].Leave(random.Next(2) == 0);
                    clients[who] = world.Client(who % 2);
                    clients[who].Say(Step2(World.StateOf([.. seen])));
                    break;
                case 10 when random.Next(6) == 0 && world.Backplane.Entries(World.Name).Count > 0:
                    world.Backplane.Lose(World.Name);
                    break;
                default:
                    world.Advance(random.NextDouble() * 4);
                    break;
            }

            world.Run();
        }

        world.Backplane.IsHushed = false;
        world.Backplane.Replying.Failure = null;
        world.Backplane.Appending.Open();
        world.Run();
        world.Backplane.Interrupt();
        world.Run();
        world.Advance(60);
        var all = World.StateOf([.. seen]);
        Assert.True(world.Stored().AsSpan().SequenceEqual(all), $"Seed {seed}: what is stored is not what was written.");
        foreach (var client in clients)
        {
            Assert.True(client.Document.EncodeState().AsSpan().SequenceEqual(all), $"Seed {seed}: a client has not seen everything.");
            Assert.Null(client.Closed);
        }
    }
}
