using System.Text;
using Relay.Connections;
using Relay.Doubles;
using Relay.Yjs;
using static Relay.Doubles.HocuspocusClient;

namespace Relay.Protocols.Hocuspocus;

/// <summary>An administrator ends what a user has open on a socket.</summary>
public sealed class HocuspocusKickTests
{
    private static readonly DocumentName Plan = DocumentName.Create("plan");

    [Fact]
    public void Only_the_documents_that_an_order_covers_are_closed_and_the_socket_stays()
    {
        using var world = new World();
        var client = Open(world);
        Assert.Equal(0, client.Socket.Kick(new KickOrder("carl", null, false)));
        Assert.Equal(1, client.Socket.Kick(new KickOrder("ada", Plan, false)));
        world.Run();
        Assert.Equal([Message("plan", "07" + Text(CloseReason.Removed.Text))], client.Take());
        Assert.Equal(0, client.Socket.Kick(new KickOrder("ada", Plan, false)));
        client.Say(Update("notes", Messages.Typed(1, 0, "a")));
        Assert.Equal(Message("notes", "0801"), client.Take()[0]);
        Assert.Equal(2, client.Socket.Kick(new KickOrder("ada", null, false)));
        world.Run();
        Assert.Equal(2, client.Take().Length);
        Assert.Null(client.CloseCode);
        client.Say(Update("plan\0bob", Messages.Typed(2, 0, "b")));
        Assert.Equal(Message("plan\0bob", "0801"), client.Take()[0]);
    }

    [Fact]
    public void Who_is_to_come_back_loses_the_socket_because_providers_do_so_by_themselves_only_then()
    {
        using var world = new World();
        var client = Open(world);
        Assert.Equal(2, client.Socket.Kick(new KickOrder(null, Plan, true)));
        world.Run();
        Assert.Equal(CloseReason.AskedToReconnect.Code, client.CloseCode);
    }

    [Fact]
    public void Presence_that_comes_too_often_is_held_and_the_latest_goes_on()
    {
        using var world = new World();
        var limits = ConnectionDefaults.Value with
        {
            MaxMessageBytes = 1 << 20,
            MaxWaitingBytes = 1 << 20,
            MessagesPerSecond = 1_000_000,
            AwarenessPerSecond = 2,
        };
        var client = new HocuspocusClient(world, limits: limits);
        var watcher = new HocuspocusClient(world);
        client.Open("plan");
        watcher.Open("plan");
        for (byte clock = 1; clock <= 20; clock++)
        {
            client.Say(Presence(clock));
        }

        Assert.Equal([Presence(1), Presence(2)], watcher.Take());
        world.Advance(1);
        Assert.Equal([Presence(20)], watcher.Take());
    }

    private static string Presence(byte clock) =>
        Message("plan", "01" + Bytes([1, 7, clock, 2, .. Encoding.ASCII.GetBytes("{}")]));

    private static HocuspocusClient Open(World world)
    {
        var client = new HocuspocusClient(world, new TestVerifier(world.Time));
        client.Open("plan", "write@ada");
        client.Open("notes", "write@ada");
        client.Open("tasks", "write@ada");
        client.Open("plan\0bob", "write@bob");
        return client;
    }
}
