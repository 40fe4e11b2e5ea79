using Relay.Connections;
using Relay.Doubles;
using static Relay.Doubles.HocuspocusClient;
using static Relay.Protocols.Hocuspocus.SampleFrames;

namespace Relay.Protocols.Hocuspocus;

/// <summary>Who may open a document, and what they may do there.</summary>
public sealed class HocuspocusOpeningTests
{
    [Fact]
    public void What_comes_before_the_token_waits_for_it()
    {
        using var world = new World();
        var client = new HocuspocusClient(world, new TestVerifier(world.Time));
        client.Say("016400000100", UpdateA);
        Assert.Equal(["01640200"], client.Take());
        client.Say(Token("d", "write"));
        Assert.Equal([Opened, "016400000100", "01640001020000", "01640801", UpdateA], client.Take());
    }

    [Fact]
    public void A_refused_token_leaves_the_socket_open_and_nothing_behind_and_the_next_one_may_do()
    {
        using var world = new World();
        var client = new HocuspocusClient(world, new TestVerifier(world.Time));
        client.Open("other");
        client.Say(Token("d", "bad"), "016400000100", UpdateA);
        Assert.Equal(["01640201" + Text(TestVerifier.Refusal)], client.Take());
        Assert.Equal(["01640201" + Text("permission-denied")], client.Open("d", "none"));
        Assert.Empty(world.Backplane.Appends);
        Assert.Equal([Opened, "016400000100", "01640001020000"], client.Open("d", "write"));
        client.Say(UpdateA, Update("other", C));
        Assert.Contains("01640801", client.Got);
        Assert.Equal(World.StateOf(C), client.DocumentAt("other"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("\0session")]
    public void A_document_without_a_name_is_denied_and_nothing_else(string address)
    {
        using var world = new World();
        var client = new HocuspocusClient(world);
        Assert.Equal([Message(address, "0201" + Text(HocuspocusAddress.Blank))], client.Open(address));
        Assert.Null(client.CloseCode);
        Assert.Equal(0, world.Sessions.Count);
    }

    [Fact]
    public void A_token_that_cannot_be_checked_now_is_not_refused()
    {
        using var world = new World();
        var client = new HocuspocusClient(world, new TestVerifier(world.Time));
        Assert.Empty(client.Open("d", "later"));
        Assert.Equal(CloseReason.StoreUnavailable.Code, client.CloseCode);
    }

    [Fact]
    public void Readers_are_told_what_they_are_and_that_their_updates_are_refused()
    {
        using var world = new World();
        var writer = new HocuspocusClient(world);
        writer.Open("d");
        writer.Say(UpdateA);
        var reader = new HocuspocusClient(world, new TestVerifier(world.Time));
        Assert.Equal("0164020208726561646f6e6c79", reader.Open("d", "read")[0]);
        reader.Say(UpdateA, "01640001020000", Step2("d", A), Step2("d", B));
        Assert.Equal(["01640800", "01640801", "01640801", "01640800"], reader.Take());
        reader.Say("01640106010100027b7d", "016405026869");
        Assert.Contains("01640106010100027b7d", writer.Take());
        Assert.Equal("016405026869", writer.Got[^1]);
        Assert.Equal(World.StateOf(A), writer.DocumentAt("d"));
    }
}
