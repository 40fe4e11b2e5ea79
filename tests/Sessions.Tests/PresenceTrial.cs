using System.Text;
using Relay.Doubles;

namespace Relay.Sessions;

/// <summary>One random course of events, and what everybody must see after it.</summary>
internal sealed class PresenceTrial
{
    private readonly Random random;
    private readonly int nodes;
    private readonly World world;

    // A node that leaves while nobody hears it cannot take its clients with it.
    private readonly bool channelsBreak;
    private readonly List<PresenceTrialClient> clients = [];
    private readonly PresenceTrialAttacker? attacker;
    private readonly StringBuilder story = new();
    private int values;

    /// <param name="seed">The seed.</param>
    /// <param name="nodes">How many nodes there are.</param>
    /// <param name="tabsTalk">
    /// Whether clients are tabs of one browser in pairs, and tell each other what they hear.
    /// </param>
    /// <param name="isAttacked">
    /// Whether tokens name users, and one of them is an attacker, who takes, changes and removes the ids of the others.
    /// </param>
    public PresenceTrial(int seed, int nodes, bool tabsTalk, bool isAttacked)
    {
        random = new Random(seed);
        this.nodes = nodes;
        channelsBreak = random.Next(2) == 0;
        world = new World(SessionDefaults.Value with { IdleTimeout = TimeSpan.FromSeconds(channelsBreak ? 600 : 4) });
        for (ulong id = 1; id <= 6; id++)
        {
            var user = isAttacked ? $"user {(tabsTalk ? (id + 1) / 2 : id)}" : null;
            clients.Add(new PresenceTrialClient(new StockAwareness(id, world.Time), user));
        }

        attacker = isAttacked ? new PresenceTrialAttacker(world, random, nodes, Note) : null;
        for (var i = 0; tabsTalk && i < clients.Count; i += 2)
        {
            PresenceTrialClient.Pair(clients[i], clients[i + 1]);
        }
    }

    public string Story => story.ToString();

    public void Run()
    {
        using (world)
        {
            // A third of them says nothing about itself, and so repeats others from the beginning.
            foreach (var client in clients)
            {
                client.Awareness.Set(random.Next(3) > 0 ? NextValue() : null);
            }

            for (var i = 0; i < 120; i++)
            {
                Step(clients[random.Next(clients.Count)]);
                attacker?.Step();
            }

            Settle();
            Check();
        }
    }

    private string NextValue() => $"{{\"v\":{++values}}}";

    private void Step(PresenceTrialClient client)
    {
        switch (random.Next(16))
        {
            case 0 or 1 or 2 when client.Line is null:
                var node = random.Next(nodes);
                Note($"{client.Awareness.Id} connects to {node}");
                client.Line = new StockLine(world, node, client.Awareness, client.User);
                break;
            case 3 when client.Line is { } line:
                Note($"{client.Awareness.Id} closes");
                line.Close();
                client.Line = null;
                break;
            case 4 when client.Line is { } line:
                Note($"{client.Awareness.Id} breaks");
                line.Break();
                client.Lost.Add(line);
                client.Line = null;
                break;
            case 5 when client.Lost.Count > 0:
                Note($"its node notices that {client.Awareness.Id} is lost");
                client.Lost[0].Leave(clean: false);
                client.Lost.RemoveAt(0);
                break;
            case 6 or 7:
                client.Awareness.Set(NextValue());
                Note($"{client.Awareness.Id} says {values} at {client.Awareness.Clock}");
                break;
            case 8 when random.Next(3) == 0:
                Note($"{client.Awareness.Id} hides");
                client.Awareness.Set(null);
                break;
            case 9:
                Pass(random.NextDouble() * 6);
                break;
            case 10 when channelsBreak && random.Next(4) == 0:
                world.Backplane.IsHushed ^= true;
                Note(world.Backplane.IsHushed ? "the channels break" : "the channels are back");
                if (!world.Backplane.IsHushed)
                {
                    world.Backplane.Interrupt();
                    world.Run();
                }

                break;
            default:
                Deliver(random.Next(4));
                break;
        }
    }

    private void Deliver(int most)
    {
        for (var i = 0; i < most; i++)
        {
            if (clients[random.Next(clients.Count)].Line is { } line)
            {
                if (random.Next(2) == 0)
                {
                    line.DeliverToNode();
                }
                else
                {
                    line.DeliverToClient();
                }
            }
        }
    }

    /// <summary>Time passes, and as many frames arrive as do in that time.</summary>
    private void Pass(double seconds)
    {
        Note($"{seconds:0.0} s pass");
        world.Advance(seconds);
        clients.ForEach(client => client.Awareness.Tick());
        if (seconds > 1)
        {
            DeliverAll();
        }
    }

    private void DeliverAll()
    {
        for (var rounds = 0; clients.Exists(client => client.Line is { IsQuiet: false }); rounds++)
        {
            Assert.True(rounds < 10_000, "The clients do not come to rest.");
            foreach (var client in clients)
            {
                client.Line?.DeliverToNode();
                client.Line?.DeliverToClient();
            }
        }
    }

    /// <summary>All is noticed and delivered; no client renews anything by itself.</summary>
    private void Settle()
    {
        Note("all is delivered");
        world.Backplane.IsHushed = false;
        world.Backplane.Interrupt();
        world.Run();
        foreach (var client in clients)
        {
            client.Lost.ForEach(line => line.Leave(clean: false));
            client.Lost.Clear();
        }

        for (var i = 0; i < 16; i++)
        {
            DeliverAll();
            world.Advance(0.5);
        }

        DeliverAll();
    }

    private void Check()
    {
        Assert.Null(attacker?.Line?.Closed);
        foreach (var watcher in clients.Where(client => client.Line is not null))
        {
            Assert.Null(watcher.Line!.Closed);
            foreach (var client in clients)
            {
                var seen = watcher.Awareness.States.GetValueOrDefault(client.Awareness.Id);
                var shown = client.Awareness.States.GetValueOrDefault(client.Awareness.Id);
                if (client.Line is not null)
                {
                    var what = $"{seen ?? "nothing"} of {client.Awareness.Id}, which shows {shown ?? "nothing"}";
                    Assert.True(seen == shown, $"{watcher.Awareness.Id} sees {what}.");
                }
                else if (!client.HasTwin)
                {
                    // One whose connection is gone is still seen by the other tab, which tells everybody.
                    Assert.True(seen is null, $"{watcher.Awareness.Id} sees {client.Awareness.Id}, which is gone.");
                }
            }
        }
    }

    private void Note(string what) => story.AppendLine(what);
}
