using Relay.Doubles;
using static Relay.Doubles.HocuspocusClient;
using static Relay.Protocols.Hocuspocus.SampleFrames;

namespace Relay.Protocols.Hocuspocus;

public sealed class HocuspocusSocketTests
{
    [Fact]
    public void The_recorded_conversation_of_the_reference_provider_and_server_goes_the_same_way()
    {
        using var world = new World();
        var client = new HocuspocusClient(world);
        client.Say("0164020003746f6b05342e382e30", "016400000100", "01640106010100027b7d");
        Assert.Equal([Opened, "016400000100", "01640001020000", "01640106010100027b7d"], client.Take());
        client.Say("01640001020000");
        Assert.Equal(["01640801"], client.Take());
        client.Say(UpdateA);
        Assert.Equal(["01640801", UpdateA], client.Take());
        client.Say("016403");
        Assert.Equal(["01640106010100027b7d"], client.Take());

        // The next one is told who is there behind the question for its document.
        var other = new HocuspocusClient(world);
        Assert.Equal(
            [Opened, "01640000" + "03010101", "01640001" + "0b0101010004010174016100", "01640106010100027b7d"],
            other.Open("d"));
        client.Say("016407");
        Assert.Equal(["01640108010100046e756c6c"], other.Take());
        Assert.Empty(client.Take());
        Assert.Null(client.CloseCode);
    }

    [Fact]
    public void Providers_without_a_version_and_with_an_empty_token_are_served()
    {
        using var world = new World();
        var client = new HocuspocusClient(world);
        client.Say(Token("d", "", version: null), "016400000100");
        Assert.Equal([Opened, "016400000100", "01640001020000"], client.Take());
    }

    [Fact]
    public void Who_asks_again_is_asked_again_once_because_it_waits_for_the_acknowledgement_of_its_answer()
    {
        using var world = new World();
        var client = new HocuspocusClient(world);
        client.Open("d");
        client.Say("01640001020000");
        Assert.Equal(["01640801"], client.Take());
        for (var i = 0; i < 3; i++)
        {
            client.Say("016400000100");
            Assert.Equal(["016400000100", "01640001020000"], client.Take());
            client.Say("01640001020000");
            Assert.Equal(["01640801"], client.Take());
        }
    }

    [Fact]
    public void Documents_of_one_socket_are_apart()
    {
        using var world = new World();
        var client = new HocuspocusClient(world);
        client.Open("a");
        client.Open("b");
        client.Say(Update("a", A), Update("b", C), Update("a", B));
        Assert.Equal(World.StateOf(A, B), client.DocumentAt("a"));
        Assert.Equal(World.StateOf(C), client.DocumentAt("b"));
        Assert.Equal(2, client.Got.Count(m => m == Message("a", "0801")));
        Assert.Equal(1, client.Got.Count(m => m == Message("b", "0801")));
    }

    [Fact]
    public void Two_sessions_of_one_document_on_one_socket_have_addresses_of_their_own()
    {
        using var world = new World();
        var client = new HocuspocusClient(world);
        client.Open("d\0one");
        client.Open("d\0two");
        client.Open("d");
        client.Say(Update("d\0one", A));
        Assert.Equal([Message("d\0one", "0801"), Update("d\0one", A), Update("d\0two", A), Update("d", A)],
            client.Take()
            .OrderBy(m => m.EndsWith("0801", StringComparison.Ordinal)
                ? 0
                : m == Update("d\0one", A) ? 1 : m == Update("d\0two", A) ? 2 : 3));
        client.Say(Message("d\0one", "07"), Update("d\0two", B));
        Assert.Equal([Message("d\0two", "0801"), Update("d", B), Update("d\0two", B)],
            client.Take().Order(StringComparer.Ordinal)
            .OrderBy(m => m.EndsWith("0801", StringComparison.Ordinal) ? 0 : 1));
        Assert.Equal(World.StateOf(A), client.DocumentAt("d\0one"));
    }

    [Fact]
    public void A_document_is_shared_with_clients_of_the_other_protocol()
    {
        using var world = new World();
        var plain = world.Client();
        var client = new HocuspocusClient(world);
        client.Open("doc");
        plain.Say(Messages.Update(A), Messages.Presence((7, 1, "{}")));
        client.Say(Update("doc", C));
        Assert.Equal(World.StateOf(A, C), client.DocumentAt("doc"));
        Assert.Equal(World.StateOf(A, C), plain.Document.EncodeState());
        Assert.Contains(Message("doc", "0106010701027b7d"), client.Take());
    }

    [Fact]
    public void An_update_is_acknowledged_only_when_it_is_in_the_log()
    {
        using var world = new World();
        var client = new HocuspocusClient(world);
        client.Open("d");
        world.Backplane.Appending.IsShut = true;
        client.Say(UpdateA);
        world.Advance(20);
        Assert.DoesNotContain(client.Take(), m => m.StartsWith("016408", StringComparison.Ordinal));
        world.Backplane.Appending.Open();
        world.Run();
        Assert.Equal(["01640801", UpdateA], client.Take());
    }

    [Fact]
    public void Messages_of_applications_go_to_all_others_on_every_node_whose_protocol_has_a_message_for_them()
    {
        using var world = new World();
        var (one, two, far, plain) = (new HocuspocusClient(world), new HocuspocusClient(world),
            new HocuspocusClient(world, node: 1), world.Client());
        foreach (var client in new[] { one, two, far })
        {
            client.Open("doc");
        }

        one.Open("doc\0again");
        var before = plain.Got.Count;
        var hello = Message("doc", "05" + Text("hello"));
        one.Say(hello, Message("doc", "05" + Text("")));
        Assert.Equal([hello, Message("doc", "0500")], two.Take());
        Assert.Equal([hello, Message("doc", "0500")], far.Take());
        Assert.Equal([Message("doc\0again", "05" + Text("hello")), Message("doc\0again", "0500")], one.Take());
        far.Say(hello);
        Assert.Equal([hello], two.Take());
        Assert.Empty(far.Take());
        Assert.Equal(before, plain.Got.Count);
        Assert.Empty(world.Backplane.Appends);
    }

    [Fact]
    public void Messages_of_applications_are_dropped_for_who_does_not_read_and_not_kept_while_the_channel_is_away()
    {
        using var world = new World(SessionDefaults.Value with { StatelessBytes = 1 << 20 });
        var (writer, stuck, far) = (new HocuspocusClient(world), new HocuspocusClient(world),
            new HocuspocusClient(world, node: 1));
        foreach (var client in new[] { writer, stuck, far })
        {
            client.Open("doc");
        }

        stuck.Line.Stop();
        world.Backplane.Publishing.IsShut = true;
        var large = Message("doc", "05" + Text(new string('x', 60_000)));
        for (var i = 0; i < 100; i++)
        {
            writer.Say(large);
        }

        stuck.GoOn();
        Assert.InRange(stuck.Take().Length, 10, 20);
        world.Backplane.Publishing.Open();
        world.Run();
        Assert.InRange(far.Take().Length, 10, 20);
        writer.Say(large);
        Assert.Single(stuck.Take());
        Assert.Single(far.Take());
    }

    [Fact]
    public void Who_leaves_a_document_may_come_back_on_the_same_socket()
    {
        using var world = new World();
        var client = new HocuspocusClient(world);
        client.Open("d");
        client.Say(UpdateA, "016407");
        Assert.Equal(World.StateOf(A),
            World.StateOf(
                [.. world.Backplane.Entries(Relay.Yjs.DocumentName.Create("d")).Select(e => e.Payload.ToArray())]));
        client.Take();
        Assert.Equal([Opened, "01640000" + "03010101", "01640001" + "0b0101010004010174016100"], client.Open("d"));
        client.Leave();
        Assert.True(client.Running.IsCompletedSuccessfully);
        world.Advance(60);
        Assert.Equal(0, world.Sessions.Count);
    }

    [Fact]
    public void Pings_are_answered_and_pongs_are_welcome()
    {
        using var world = new World();
        var client = new HocuspocusClient(world);
        client.Say("09", "0a", "09");
        Assert.Equal(["0a", "0a"], client.Take());
    }

    [Fact]
    public void A_silent_client_is_sent_what_every_provider_takes_and_none_for_its_own()
    {
        using var world = new World();
        var client = new HocuspocusClient(world);
        client.Open("d");
        world.Advance(15);
        Assert.Equal(["0009"], client.Take());
        world.Advance(15);
        Assert.Equal(["0009"], client.Take());
        Assert.Equal(2, client.Pings);
    }

    [Fact]
    public void Frames_of_a_plain_address_are_made_once_for_all()
    {
        var entry = new Relay.Sessions.DeliveredEntry(A, null);
        var formats = new HocuspocusFormats();
        var own = new HocuspocusFormat("d\0s", isShared: false);
        Assert.Same(entry.Frame(formats.Take("d")), entry.Frame(formats.Take("d")));
        Assert.Same(entry.Frame(YWebSocket.YWebSocketFormat.Instance),
            entry.Frame(YWebSocket.YWebSocketFormat.Instance));
        Assert.Same(entry.Frame(formats.Take("d")), entry.Frame(formats.Take("d")));
        Assert.NotSame(entry.Frame(own), entry.Frame(own));
    }
}
