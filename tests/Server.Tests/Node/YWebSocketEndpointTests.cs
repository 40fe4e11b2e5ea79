using System.Net;
using System.Net.WebSockets;
using System.Text;
using Relay.Connections;
using Relay.Doubles;
using static Relay.Doubles.Messages;

namespace Relay.Node;

public sealed class YWebSocketEndpointTests
{
    private const string A = "00020b0101010004010174016100";

    [Fact]
    public async Task The_recorded_conversation_of_the_reference_client_and_server_goes_the_same_way()
    {
        await using var node = await TestNode.StartAsync();
        using var client = await node.ConnectAsync();
        Assert.Equal("00000100", await client.ReceiveHexAsync());
        await client.SendAsync("00000100");
        Assert.Equal("0001020000", await client.ReceiveHexAsync());
        await client.SendAsync("0106010101027b7d");
        Assert.Equal("0106010101027b7d", await client.ReceiveHexAsync());
        await client.SendAsync(A);
        Assert.Equal(A, await client.ReceiveHexAsync());
        await client.SendAsync("03");
        Assert.Equal("0106010101027b7d", await client.ReceiveHexAsync());
        using var other = await node.ConnectAsync();
        Assert.Equal("000003010101", await other.ReceiveHexAsync());
        Assert.Equal("0106010101027b7d", await other.ReceiveHexAsync());
        await client.CloseAsync();
        Assert.Equal("0108010101046e756c6c", await other.ReceiveHexAsync());
    }

    [Fact]
    public async Task Several_messages_in_one_frame_are_all_answered_one_message_a_frame()
    {
        await using var node = await TestNode.StartAsync();
        using var client = await node.ConnectAsync();
        await client.SendAsync("00000100" + A + "0106010101027b7d");
        Assert.Equal("00000100", await client.ReceiveHexAsync());
        var got = new[] { await client.ReceiveHexAsync(), await client.ReceiveHexAsync(),
            await client.ReceiveHexAsync() };
        Assert.Equal(["0001020000", A, "0106010101027b7d"],
            got.OrderBy(m => m.StartsWith("01", StringComparison.Ordinal)).ThenBy(m => m, StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_fragmented_message_is_put_together()
    {
        await using var node = await TestNode.StartAsync();
        using var client = await node.ConnectAsync();
        var bytes = Convert.FromHexString(A);
        for (var i = 0; i < bytes.Length; i++)
        {
            await client.Socket.SendAsync(bytes.AsMemory(i, 1), WebSocketMessageType.Binary, i == bytes.Length - 1,
                CancellationToken.None);
        }

        Assert.Equal(A, Convert.ToHexStringLower(await client.UntilAsync(0, 2)));
    }

    [Theory]
    [InlineData("0003020000", 4400)]
    [InlineData("", 4400)]
    [InlineData("0000020501", 4400)]
    [InlineData("000203010101", 4422)]
    public async Task Bad_bytes_end_the_connection_with_a_code_of_their_own(string hex, int code)
    {
        await using var node = await TestNode.StartAsync();
        using var good = await node.ConnectAsync();
        using var bad = await node.ConnectAsync();
        await bad.SendAsync(hex);
        Assert.Equal(code, await bad.CloseCodeAsync());
        Assert.Equal(CloseReason.All.Single(r => r.Code == code).Text, bad.Socket.CloseStatusDescription);
        await good.SendAsync(A);
        await good.UntilAsync(0, 2);
    }

    [Theory]
    [InlineData("0106010100027b7b")]
    [InlineData("010d01018080808080808010027b7d")]
    [InlineData("010580a8d6b907")]
    public async Task Presence_that_does_not_read_is_dropped_and_the_connection_stays(string hex)
    {
        await using var node = await TestNode.StartAsync();
        using var client = await node.ConnectAsync();
        await client.SendAsync(hex);
        await client.SendAsync(A);
        Assert.Equal(A, Convert.ToHexStringLower(await client.UntilAsync(0, 2)));
    }

    [Fact]
    public async Task Text_is_refused()
    {
        await using var node = await TestNode.StartAsync();
        using var client = await node.ConnectAsync();
        await client.Socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
        Assert.Equal(4415, await client.CloseCodeAsync());
    }

    [Fact]
    public async Task A_message_at_the_limit_passes_and_one_beyond_it_is_refused_also_in_fragments()
    {
        await using var node = await TestNode.StartAsync(settings: "Limits:MaxMessageBytes=4000");
        var fits = Update(Typed(1, 0, new string('x', 3980)));
        using var client = await node.ConnectAsync();
        Assert.InRange(fits.Length, 3990, 4000);
        await client.SendAsync(fits);
        await client.UntilAsync(0, 2);
        await client.SendAsync(new byte[4001]);
        Assert.Equal(4413, await client.CloseCodeAsync());

        using var sly = await node.ConnectAsync();
        for (var i = 0; i < 3; i++)
        {
            await sly.Socket.SendAsync(new byte[1500], WebSocketMessageType.Binary, false, CancellationToken.None);
        }

        Assert.Equal(4413, await sly.CloseCodeAsync());
    }

    [Theory]
    [InlineData("/yjs/a%20b%2Fc", "a b/c")]
    [InlineData("/yjs/a%20b/c?token=t1", "a b/c")]
    [InlineData("/yjs/%C3%A4", "ä")]
    [InlineData("/yjs/a%252F", "a%2F")]
    public async Task Names_are_decoded_once(string path, string name)
    {
        await using var node = await TestNode.StartAsync();
        using var client = await node.ConnectAsync(path);
        await client.SendAsync(A);
        await client.UntilAsync(0, 2);
        var state = await node.Http.GetByteArrayAsync(
            new Uri("/api/documents/" + Uri.EscapeDataString(name), UriKind.Relative));
        Assert.Equal("0101010004010174016100", Convert.ToHexStringLower(state));
    }

    [Theory]
    [InlineData("/yjs/")]
    [InlineData("/yjs/%FF")]
    [InlineData("/yjs/%ED%A0%80")]
    public async Task A_bad_name_is_refused_before_the_upgrade(string path)
    {
        await using var node = await TestNode.StartAsync();
        var refused = await Assert.ThrowsAsync<WebSocketException>(() => node.ConnectAsync(path));
        Assert.Contains("400", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_offered_subprotocol_is_chosen_and_a_plain_request_is_told_what_this_address_is()
    {
        await using var node = await TestNode.StartAsync();
        using var client = await node.ConnectAsync(subprotocol: "yjs");
        Assert.Equal("yjs", client.Socket.SubProtocol);
        using var plain = await node.Http.GetAsync(new Uri("/yjs/doc", UriKind.Relative));
        Assert.Equal(HttpStatusCode.UpgradeRequired, plain.StatusCode);
    }

    [Fact]
    public async Task An_offer_that_is_no_subprotocol_is_passed_over()
    {
        await using var node = await TestNode.StartAsync();
        using var client = await RawSocket.ConnectAsync(node.Address,
            "/yjs/doc HTTP/1.1\r\nSec-WebSocket-Protocol: a\u0001b, yjs\r\nX-Rest:");
        await client.UntilAsync([0x82, 4, 0, 0, 1, 0]);
    }

    [Fact]
    public async Task Connections_beyond_the_limits_are_told_to_come_back()
    {
        await using var node = await TestNode.StartAsync(
            settings: ["Limits:MaxConnections=2", "Limits:MaxConnectionsPerDocument=1"]);
        using var first = await node.ConnectAsync("/yjs/a");
        await first.UntilAsync(0, 0);
        using var second = await node.ConnectAsync("/yjs/a");
        Assert.Equal(4529, await second.CloseCodeAsync());
        using var third = await node.ConnectAsync("/yjs/b");
        await third.UntilAsync(0, 0);
        using var fourth = await node.ConnectAsync("/yjs/c");
        Assert.Equal(1013, await fourth.CloseCodeAsync());
    }

    [Fact]
    public async Task A_user_with_as_many_connections_as_allowed_is_told_so_until_one_ends()
    {
        await using var node = await TestNode.StartAsync(
            settings:
            [
                "Limits:MaxConnectionsPerUser=1",
                "Auth:Mode=jwt",
                "Auth:Jwt:Secret=" + Encoding.UTF8.GetString(TestTokens.Secret),
            ]);
        string Address(string user) =>
            "/yjs/a?token=" + TestTokens.OfSecret(TestTokens.Claims(DateTimeOffset.UtcNow, new { sub = user }));
        using var first = await node.ConnectAsync(Address("ada"));
        await first.UntilAsync(0, 0);
        using var second = await node.ConnectAsync(Address("ada"));
        Assert.Equal(4530, await second.CloseCodeAsync());
        using var other = await node.ConnectAsync(Address("bob"));
        await other.UntilAsync(0, 0);
        await first.CloseAsync();
        async Task ComeBackAsync()
        {
            while (true)
            {
                using var again = await node.ConnectAsync(Address("ada"));
                if (await again.ReceiveAsync() is not null)
                {
                    return;
                }
            }
        }

        await ComeBackAsync().WaitAsync(TestNode.Patience);
    }
}
