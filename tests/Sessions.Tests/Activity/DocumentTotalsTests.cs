using Relay.Doubles;
using Relay.Protocols.YWebSocket;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>What sessions add up to, beside what a walk over all of them finds.</summary>
public sealed class DocumentTotalsTests(ITestOutputHelper output)
{
    [Fact]
    public void Totals_are_those_of_a_walk_whatever_happens_to_sessions()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("RELAY_TEST_SEED"), out var given)
            ? given
            : Random.Shared.Next();
        output.WriteLine($"RELAY_TEST_SEED={seed}");
        var random = new Random(seed);
        using var world = new World();
        var names = Enumerable.Range(0, 6).Select(number => DocumentName.Create($"document {number}"))
            .Append(World.Name).ToArray();
        var clients = new List<TestConnection>();
        var (wasUnsaved, wasOpen) = (false, false);
        for (var step = 0; step < 600; step++)
        {
            switch (random.Next(6))
            {
                case < 2:
                    clients.Add(Join(world, names[random.Next(names.Length)]));
                    break;
                case 2 when clients.Count > 0:
                    var leaving = clients[random.Next(clients.Count)];
                    leaving.Leave();
                    clients.Remove(leaving);
                    break;
                case 3 when clients.Count > 0:
                    clients[random.Next(clients.Count)]
                        .Say(Messages.Update(Messages.Typed((uint)(1000 + step), 0, "typed")));
                    break;
                case 4:
                    world.Advance(random.Next(40));
                    break;
                case 5 when random.Next(10) == 0:
                    // Ends the session with its connections.
                    world.Delete();
                    world.Run();
                    world.Create();
                    break;
            }

            if (random.Next(3) > 0)
            {
                world.Run();
            }

            var walked = new List<DocumentSession>();
            world.Sessions.LookAtAll(walked, static (walked, session) => walked.Add(session));
            var totals = world.Sessions.Totals;
            Assert.Equal(
                (walked.Count(session => session.IsUnsaved),
                    walked.Count(session => session.Figures.Connections > 0)),
                (totals.Unsaved, totals.Open.Count));
            Assert.InRange(totals.Changed.Count, 0, walked.Count);
            wasUnsaved |= totals.Unsaved > 1;
            wasOpen |= totals.Open.Count > 1;
        }

        Assert.True(wasUnsaved && wasOpen);
        clients.ForEach(client => client.Leave());
        world.Advance(600);
        Assert.Equal((0, 0, 0), (world.Sessions.Totals.Unsaved, world.Sessions.Totals.Open.Count,
            world.Sessions.Totals.Changed.Count));
    }

    private static TestConnection Join(World world, DocumentName name)
    {
        var connection = new TestConnection(world.Context, world.Sessions, name, AccessLevel.Write, null)
        {
            Format = YWebSocketFormat.Instance,
            Document = world.Settings.Content.Create(),
        };
        connection.Join();
        connection.Say(Messages.Step1(world.Settings.Content.EmptyStateVector.ToArray()));
        return connection;
    }
}
