using Relay.Doubles;
using Relay.Sockets.WebSockets;
using static Relay.Doubles.HocuspocusClient;

namespace Relay.Protocols.Hocuspocus;

/// <summary>Rights that end, are renewed, and become less.</summary>
public sealed class HocuspocusTokenTests
{
    private const string Ask = "01640200";

    private static readonly byte[] A = Messages.Typed(1, 0, "a");

    [Fact]
    public void A_token_that_ends_is_asked_for_in_time_and_the_document_is_closed_without_a_new_one()
    {
        using var world = new World();
        var client = new HocuspocusClient(world, new TestVerifier(world.Time));
        client.Open("other");
        client.Open("d", "write+600");
        Stay(world, 539, client);
        Assert.DoesNotContain(Ask, client.Take());
        Stay(world, 2, client);
        Assert.Contains(Ask, client.Take());
        Stay(world, 58, client);
        Assert.DoesNotContain("07" + Text(HocuspocusChannel.TokenEnded), client.Got[^1], StringComparison.Ordinal);
        Stay(world, 2, client);
        Assert.Equal("016407" + Text(HocuspocusChannel.TokenEnded), client.Got[^1]);
        client.Say(Update("d", A), Update("other", A));
        Assert.Equal([Message("other", "0801"), Update("other", A)], client.Take()[^2..]);
        Assert.Null(client.CloseCode);
    }

    [Fact]
    public void A_new_token_in_time_keeps_the_document_open()
    {
        using var world = new World();
        var client = new HocuspocusClient(world, new TestVerifier(world.Time));
        client.Open("d", "write+100");
        for (var i = 0; i < 10; i++)
        {
            Stay(world, 60, client);
            Assert.Contains(Ask, client.Take());
            client.Say(Token("d", "write+100"));
            Assert.Empty(client.Take());
        }

        client.Say(Token("d", "write"));
        Stay(world, 1000, client);
        Assert.DoesNotContain(Ask, client.Take());
        client.Say(Update("d", A));
        Assert.Equal(World.StateOf(A), client.DocumentAt("d"));
    }

    [Fact]
    public void A_token_that_lasts_for_months_is_watched_all_the_time()
    {
        using var world = new World();
        var times = new SocketTimes { Tick = TimeSpan.FromDays(1), Ping = TimeSpan.FromDays(1000) };
        var client = new HocuspocusClient(world, new TestVerifier(world.Time), times: times);
        client.Open("d", "write+8640000");
        world.Advance(8_640_000 - 70);
        Assert.DoesNotContain(Ask, client.Take());
        world.Advance(15);
        Assert.Contains(Ask, client.Take());
    }

    [Fact]
    public void Less_than_before_holds_at_once_and_more_takes_a_new_start()
    {
        using var world = new World();
        var client = new HocuspocusClient(world, new TestVerifier(world.Time));
        client.Open("d", "write");
        client.Say(Token("d", "read"), Update("d", A));
        Assert.Equal(["0164020208726561646f6e6c79", "01640800"], client.Take());
        client.Say(Token("d", "write"), Update("d", A));
        Assert.Equal(["01640800"], client.Take());
        client.Say(Message("d", "07"));
        client.Open("d", "write");
        client.Say(Update("d", A));
        Assert.Equal(["01640801", Update("d", A)], client.Take());
    }

    [Theory]
    [InlineData("bad", TestVerifier.Refusal)]
    [InlineData("none@ada", "permission-denied")]
    [InlineData("write@grace", "The token is another user's.")]
    [InlineData("write", "The token is another user's.")]
    public void A_new_token_that_does_not_do_closes_the_document(string token, string reason)
    {
        using var world = new World();
        var client = new HocuspocusClient(world, new TestVerifier(world.Time));
        client.Open("other");
        client.Open("d", "write@ada+600");
        client.Say(Token("d", token), Update("d", A));
        Assert.Equal(["016407" + Text(reason)], client.Take());
        Assert.Empty(world.Backplane.Appends);
        Assert.Null(client.CloseCode);

        // Nothing is left that could close the next one.
        client.Open("d", "write@ada");
        Stay(world, 1000, client);
        client.Say(Update("d", A));
        Assert.Equal("01640801", client.Got[^2]);
    }

    [Fact]
    public void A_new_token_that_cannot_be_checked_now_changes_nothing()
    {
        using var world = new World();
        var client = new HocuspocusClient(world, new TestVerifier(world.Time));
        client.Open("d", "write+30");
        client.Say(Token("d", "later"));
        Assert.Empty(client.Take());
        client.Say(Update("d", A));
        Assert.Equal(2, client.Take().Length);
        Stay(world, 30, client);
        Assert.Equal("016407" + Text(HocuspocusChannel.TokenEnded), client.Got[^1]);
    }

    [Fact]
    public void The_token_goes_to_the_verifier_as_it_is()
    {
        using var world = new World();
        var verifier = new TestVerifier(world.Time);
        var client = new HocuspocusClient(world, verifier);
        client.Open("d", " write@\u00e4da ");
        client.Open("e", "");
        Assert.Equal([" write@\u00e4da ", ""], verifier.Seen);
    }

    /// <summary>Time passes, and the client answers the node's pings.</summary>
    private static void Stay(World world, int seconds, HocuspocusClient client)
    {
        for (var left = seconds; left > 0; left -= 10)
        {
            world.Advance(Math.Min(left, 10));
            client.Line.Say([0x8A, 0x80, 0, 0, 0, 0]);
            world.Run();
        }
    }
}
