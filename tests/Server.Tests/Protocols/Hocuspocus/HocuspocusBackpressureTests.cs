using Relay.Doubles;
using static Relay.Doubles.HocuspocusClient;
using static Relay.Protocols.Hocuspocus.SampleFrames;

namespace Relay.Protocols.Hocuspocus;

/// <summary>Clients that do not read, or send more than is taken: what waits for them is bounded.</summary>
[Collection(AloneCollection.Name)]
public sealed class HocuspocusBackpressureTests
{
    [Fact]
    public void Documents_on_one_socket_take_turns_and_one_that_is_not_read_keeps_a_batch_and_no_more()
    {
        using var world = new World();
        var (client, writer) = (new HocuspocusClient(world), new HocuspocusClient(world));
        foreach (var name in new[] { "a", "b" })
        {
            client.Open(name);
            writer.Open(name);
        }

        client.Line.Stop();
        for (ulong i = 0; i < 100; i++)
        {
            writer.Say(Update("a", Messages.Typed(1, i * 100_000, new string('x', 100_000))));
            if (i == 50)
            {
                writer.Say(Update("b", C));
            }
        }

        // What the socket holds is the first entry and a batch of the other document; the rest is a cursor.
        client.Line.GoOn();
        world.Run();
        var order = client.Got.Where(m => m.StartsWith("0161000", StringComparison.Ordinal)
            || m.StartsWith("0162000", StringComparison.Ordinal)).Select(m => m[..6] + m.Length).ToList();
        Assert.Equal(writer.DocumentAt("a"), client.DocumentAt("a"));
        Assert.Equal(World.StateOf(C), client.DocumentAt("b"));
        Assert.True(client.Got.ToList().FindIndex(m => m == Update("b", C)) < client.Got.Count - 1,
            string.Join(' ', order));
    }

    [Fact]
    public void What_a_document_had_to_say_goes_when_it_is_closed_also_if_the_client_does_not_read()
    {
        using var world = new World();
        var (client, writer) = (new HocuspocusClient(world), new HocuspocusClient(world));
        writer.Open("d");
        writer.Say(Update("d", Messages.Typed(1, 0, new string('x', 1_000_000))));
        client.Line.Stop();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 300; i++)
        {
            var address = $"d\0{i}";
            client.Say(Token(address, "write"), Message(address, "00000100"), Message(address, "07"));
        }

        // That of another document, which is open, does not go.
        client.Say(Token("d", "write"), Message("d", "00000100"));
        for (var i = 0; i < 300; i++)
        {
            var address = $"d\0{i}";
            client.Say(Token(address, "write"), Message(address, "00000100"), Message(address, "07"));
        }

        Assert.Equal(0, client.Line.Unread);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 100_000_000);
        client.GoOn();
        Assert.Null(client.CloseCode);
        Assert.Equal(writer.DocumentAt("d"), client.DocumentAt("d"));
    }

    [Fact]
    public void One_that_does_not_read_is_not_read_from_whatever_it_sends()
    {
        using var world = new World();
        var limits = ConnectionDefaults.Value with
        {
            MaxMessageBytes = 1 << 20,
            MaxWaitingBytes = 10_000,
            MessagesPerSecond = 1_000_000,
        };
        foreach (var frame in new[] { "09", Token("", "x") })
        {
            var client = new HocuspocusClient(world, new TestVerifier(world.Time), limits);
            client.Line.Stop();
            for (var i = 0; i < 200; i++)
            {
                client.Say([.. Enumerable.Repeat(frame, 100)]);
            }

            Assert.InRange(client.Line.Unread, 1, long.MaxValue);
            client.GoOn();

            // Reading goes on by way of another thread.
            Assert.True(SpinWait.SpinUntil(() => RunAndCount(world, client) == 20_000, TimeSpan.FromSeconds(60)));
        }
    }

    [Fact]
    public void One_that_floods_a_document_with_presence_while_it_is_loaded_is_not_read_from()
    {
        using var world = new World();
        var client = new HocuspocusClient(
            world,
            limits: ConnectionDefaults.Value with
            {
                MaxMessageBytes = 1 << 20,
                MaxWaitingBytes = 40_000,
                MessagesPerSecond = 1_000_000,
                AwarenessPerSecond = 10,
                MaxHeldAwarenessBytes = 5_000,
            });
        world.Backplane.Subscribing.IsShut = true;
        client.Open("d");
        for (ulong clock = 1; clock <= 1_000; clock++)
        {
            client.Say(
                Message("d", "01" + Bytes(Messages.PresenceUpdate((1, clock, $"\"{new string('x', 1_000)}\"")))));
            world.Advance(0.05);
        }

        Assert.InRange(client.Line.Unread, 1, long.MaxValue);
        world.Backplane.Subscribing.Open();
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                world.Run();
                return client.Line.Unread == 0;
            },
            TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public void A_write_that_fails_at_once_ends_that_connection_alone()
    {
        using var world = new World();
        var (writer, broken) = (new HocuspocusClient(world), new HocuspocusClient(world));
        writer.Open("d");
        broken.Open("d");
        broken.Line.Break();
        writer.Say(Update("d", A));
        Assert.Null(writer.CloseCode);
        Assert.Contains(Message("d", "0801"), writer.Take());
    }

    [Fact]
    public void What_a_closed_document_left_unsettled_is_given_back_to_the_socket()
    {
        using var world = new World();
        var limits = ConnectionDefaults.Value with
        {
            MaxMessageBytes = 1 << 20,
            MaxWaitingBytes = 1_000,
            MessagesPerSecond = 1_000_000,
        };
        var client = new HocuspocusClient(world, limits: limits);
        client.Open("other");
        for (var i = 0; i < 10; i++)
        {
            client.Open("d");
            world.Backplane.Appending.IsShut = true;
            client.Say(Update("d", Messages.Typed(1, (ulong)i * 600, new string('x', 600))), Message("d", "07"));
            world.Backplane.Appending.Open();
            world.Run();
        }

        client.Say(Update("other", C));
        Assert.Equal(World.StateOf(C), client.DocumentAt("other"));
    }

    private static int RunAndCount(World world, HocuspocusClient client)
    {
        world.Run();
        return client.Got.Count;
    }
}
