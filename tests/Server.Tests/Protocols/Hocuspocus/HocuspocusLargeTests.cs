using System.Text;
using Relay.Connections;
using Relay.Doubles;
using Relay.Sockets.Backpressure;
using static Relay.Doubles.HocuspocusClient;
using static Relay.Protocols.Hocuspocus.SampleFrames;

namespace Relay.Protocols.Hocuspocus;

/// <summary>Messages that are larger than a limit, and how far the harm goes.</summary>
public sealed class HocuspocusLargeTests
{
    private static readonly ConnectionLimits Limits = ConnectionDefaults.Value with
    {
        MaxMessageBytes = 100_000,
        MaxWaitingBytes = 4 << 20,
        MaxStatelessBytes = 2_000,
    };
    private static readonly string TooLarge = "07" + Text(CloseReason.MessageTooLarge.Text);

    [Fact]
    public void One_that_is_too_large_closes_its_document_and_no_other_and_is_skipped()
    {
        using var world = new World();
        var client = new HocuspocusClient(world, limits: Limits);
        client.Open("d");
        client.Open("other");
        client.Say(Update("other", C), Update("d", new byte[150_000]), Update("other", Messages.Typed(2, 1, "d")));
        var acknowledged = Message("other", "0801");
        Assert.Equal([acknowledged, Update("other", C), Message("d", TooLarge), acknowledged], client.Take()[..4]);
        Assert.Null(client.CloseCode);
        Assert.DoesNotContain(world.Backplane.Appends, append => append.Document.Value == "d");

        // Its provider may open it again, without the message.
        Assert.Equal(Opened, client.Open("d")[0]);
        client.Say(UpdateA);
        Assert.Equal(["01640801", UpdateA], client.Take());
    }

    [Fact]
    public void So_it_is_while_the_document_is_not_open()
    {
        using var world = new World();
        var client = new HocuspocusClient(world, new TestVerifier(world.Time), Limits);
        client.Open("denied", "bad");
        client.Say(Update("denied", new byte[150_000]), Update("unknown", new byte[150_000]));
        Assert.Equal([Message("unknown", "07" + Text(FrameIntake.TooLargeUnadmitted))], client.Take());
        world.Advance(1);
        client.Say(Update("denied", new byte[150_000]));
        Assert.Equal([Message("denied", "0201" + Text(TestVerifier.Refusal))], client.Take());
        Assert.Null(client.CloseCode);
    }

    [Fact]
    public void One_whose_address_does_not_read_closes_the_socket()
    {
        using var world = new World();
        var client = new HocuspocusClient(world, limits: Limits);
        client.Open("d");
        client.Say("ff" + new string('f', 300_000));
        Assert.Equal(CloseReason.MessageTooLarge.Code, client.CloseCode);
    }

    [Fact]
    public void Large_messages_of_an_application_are_dropped_and_close_nothing()
    {
        using var world = new World();
        var (client, other) = (
            new HocuspocusClient(world, limits: Limits), new HocuspocusClient(world, limits: Limits));
        client.Open("d");
        other.Open("d");
        var (fits, large, huge) = (Stateless(2_000), Stateless(2_001), Stateless(150_000));
        client.Say(large, fits, huge, UpdateA);
        Assert.Equal(["01640801", UpdateA], client.Take());
        Assert.Equal([fits, UpdateA], other.Take());
        Assert.Null(client.CloseCode);
    }

    [Fact]
    public void Several_of_the_largest_messages_of_an_application_wait_for_one_that_does_not_read()
    {
        using var world = new World();
        var limits = ConnectionDefaults.Value with { MaxMessageBytes = 4 << 20, MaxWaitingBytes = 64 << 20 };
        var (client, slow) = (new HocuspocusClient(world, limits: limits), new HocuspocusClient(world, limits: limits));
        client.Open("d");
        slow.Open("d");
        slow.Line.Stop();
        client.Say([.. Enumerable.Repeat(Stateless(limits.MaxStatelessBytes), 4)]);
        slow.GoOn();
        Assert.InRange(slow.Take().Length, 3, 4);
    }

    [Fact]
    public void Where_there_is_no_room_for_a_message_its_socket_is_told_to_come_back()
    {
        using var world = new World();
        var budget = new BufferBudget(1_000_000, world.Time);
        var (first, second) = (
            new HocuspocusClient(world, budget: budget), new HocuspocusClient(world, budget: budget));
        first.Open("d");
        second.Open("e");
        Assert.True(budget.TryTake(900_000));
        second.Say(Update("e", Messages.Typed(1, 0, new string('x', 500_000))));
        first.Say(UpdateA);
        Assert.Equal(["01640801", UpdateA], first.Take());
        Assert.Null(second.CloseCode);
        world.Advance(3);
        Assert.True(SpinWait.SpinUntil(() => Settle(world) && second.CloseCode is not null, TimeSpan.FromSeconds(60)));
        Assert.Equal(CloseReason.NodeIsFull.Code, second.CloseCode);
        Assert.Equal(900_000, budget.Used);
    }

    private static bool Settle(World world)
    {
        world.Run();
        return true;
    }

    private static string Stateless(int bytes) =>
        Message("d", "05" + Bytes(Encoding.ASCII.GetBytes(new string('s', bytes))));
}
