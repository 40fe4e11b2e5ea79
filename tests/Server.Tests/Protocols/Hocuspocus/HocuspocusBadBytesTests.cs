using Relay.Connections;
using Relay.Doubles;
using static Relay.Doubles.HocuspocusClient;
using static Relay.Protocols.Hocuspocus.SampleFrames;

namespace Relay.Protocols.Hocuspocus;

/// <summary>What no client may send, and how far the harm goes.</summary>
public sealed class HocuspocusBadBytesTests
{
    [Fact]
    public void What_only_servers_say_closes_that_document()
    {
        using var world = new World();
        var client = new HocuspocusClient(world);
        client.Open("d");
        client.Open("other");
        client.Say("016406026869", UpdateA, Update("other", C));
        Assert.Equal(
            ["016407" + Text("Reset Connection"), Message("other", "0801"), Update("other", C)], client.Take());
        Assert.Null(client.CloseCode);
        Assert.DoesNotContain(world.Backplane.Appends, a => a.Document.Value == "d");
    }

    [Theory]
    [InlineData("0003020000", "The message is not valid.")]
    [InlineData("000203010101", "The update is not a valid Yjs update (format V1).")]
    [InlineData("00000501", "The message is not valid.")]
    [InlineData("0000020501", "The message is not valid.")]
    public void Bad_bytes_close_their_document_and_no_other(string bad, string reason)
    {
        using var world = new World();
        var (client, neighbour) = (new HocuspocusClient(world), new HocuspocusClient(world));
        client.Open("d");
        client.Open("other");
        neighbour.Open("d");
        client.Say(Message("d", bad), UpdateA);
        Assert.Equal("016407" + Text(reason), Assert.Single(client.Take()));
        client.Say(Update("other", C));
        Assert.Equal(World.StateOf(C), client.DocumentAt("other"));
        neighbour.Say(UpdateA);
        Assert.Equal(World.StateOf(A), neighbour.DocumentAt("d"));
        Assert.Null(client.CloseCode);

        // The provider may try again.
        client.Take();
        Assert.Equal(Opened, client.Open("d")[0]);
    }

    [Theory]
    [InlineData("0106010100027b7b")]
    [InlineData("010d01018080808080808010027b7d")]
    [InlineData("010580a8d6b907")]
    [InlineData("010f010100027b7d")]
    [InlineData("0106010100027b7d00")]
    [InlineData("01")]
    public void Presence_that_does_not_read_is_dropped_and_its_document_stays_open(string bad)
    {
        using var world = new World();
        var client = new HocuspocusClient(world);
        client.Open("d");
        client.Say(Message("d", bad), UpdateA);
        Assert.Equal([UpdateA, Message("d", "0801")], client.Take().Order());
        Assert.Null(client.CloseCode);
    }

    [Fact]
    public void Too_much_presence_that_does_not_read_closes_its_document_then_the_socket_and_no_other()
    {
        using var world = new World();
        var (client, neighbour) = (new HocuspocusClient(world), new HocuspocusClient(world));
        client.Open("d");
        client.Open("other");
        neighbour.Open("d");
        var bad = Message("d", "0106010100027b7b");
        client.Say([.. Enumerable.Repeat(bad, UnreadablePresence.AtOnce)]);
        Assert.Empty(client.Take());

        // What came before it counts, and what comes later does not.
        client.Say(UpdateA, bad, Update("d", B));
        Assert.Equal("016407" + Text("The message is not valid."), client.Take()[^1]);
        Assert.Equal(World.StateOf(A), neighbour.DocumentAt("d"));
        client.Say(Update("other", C));
        Assert.Equal(World.StateOf(C), client.DocumentAt("other"));

        client.Say([.. Enumerable.Repeat(bad, UnreadablePresence.AtOnce - 1)]);
        Assert.Null(client.CloseCode);
        client.Say(bad);
        Assert.Equal(CloseReason.BadMessage.Code, client.CloseCode);
        Assert.Null(neighbour.CloseCode);
        neighbour.Say(Update("d", B));
        Assert.Equal(World.StateOf(A, B), neighbour.DocumentAt("d"));
    }

    [Fact]
    public void Presence_that_does_not_read_now_and_then_closes_nothing()
    {
        using var world = new World();
        var client = new HocuspocusClient(world);
        client.Open("d");
        client.Take();
        for (var second = 0; second < 100; second++)
        {
            client.Say([.. Enumerable.Repeat(Message("d", "0106010100027b7b"), UnreadablePresence.PerSecond)]);
            world.Advance(1);
        }

        client.Say(UpdateA);
        Assert.Equal(World.StateOf(A), client.DocumentAt("d"));
        Assert.Null(client.CloseCode);
    }

    [Fact]
    public void Who_showed_no_token_loses_the_socket_for_it_too()
    {
        using var world = new World();
        var client = new HocuspocusClient(world, new TestVerifier(world.Time));
        client.Say([.. Enumerable.Repeat(Message("d", "0106010100027b7b"), (2 * UnreadablePresence.AtOnce) + 1)]);
        Assert.Equal(CloseReason.BadMessage.Code, client.CloseCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0564")]
    [InlineData("01ff00")]
    public void Bytes_that_belong_to_no_document_close_the_socket(string bad)
    {
        using var world = new World();
        var client = new HocuspocusClient(world);
        client.Open("d");
        client.Say(UpdateA, bad, Update("d", B));
        Assert.Equal(CloseReason.BadMessage.Code, client.CloseCode);
        Assert.Single(world.Backplane.Appends);
    }
}
