using System.Net;
using Relay.Doubles;

namespace Relay.Node;

public sealed class HocuspocusEndpointTests
{
    [Theory]
    [InlineData("/hocuspocus")]
    [InlineData("/hocuspocus/")]
    [InlineData("/hocuspocus/any/path?with=query")]
    public async Task The_recorded_conversation_goes_the_same_way_over_a_real_socket(string path)
    {
        await using var node = await TestNode.StartAsync();
        using var client = await node.ConnectAsync(path);
        await client.SendAsync("0164020003746f6b05342e382e30");
        await client.SendAsync("016400000100");
        Assert.Equal("016402020a726561642d7772697465", await client.ReceiveHexAsync());
        Assert.Equal("016400000100", await client.ReceiveHexAsync());
        Assert.Equal("01640001020000", await client.ReceiveHexAsync());
        await client.SendAsync("016400020b0101010004010174016100");
        Assert.Equal("01640801", await client.ReceiveHexAsync());
        Assert.Equal("016400020b0101010004010174016100", await client.ReceiveHexAsync());
        var state = await node.Http.GetByteArrayAsync(new Uri("/api/documents/d", UriKind.Relative));
        Assert.Equal("0101010004010174016100", Convert.ToHexStringLower(state));
    }

    [Fact]
    public async Task A_plain_request_is_told_what_this_address_is()
    {
        await using var node = await TestNode.StartAsync();
        using var plain = await node.Http.GetAsync(new Uri("/hocuspocus", UriKind.Relative));
        Assert.Equal(HttpStatusCode.UpgradeRequired, plain.StatusCode);
    }

    [Fact]
    public async Task Many_documents_on_one_socket_and_many_sockets_on_them_agree_under_load()
    {
        await using var node = await TestNode.StartAsync();
        var clients = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => node.ConnectAsync("/hocuspocus")));
        const int documents = 20;
        const int updates = 50;
        await Task.WhenAll(clients.Select((client, number) => Task.Run(async () =>
        {
            for (var d = 0; d < documents; d++)
            {
                await client.SendAsync(HocuspocusClient.Token($"d{d}", ""));
                await client.SendAsync(HocuspocusClient.Message($"d{d}", "00000100"));
            }

            for (var i = 0; i < updates; i++)
            {
                for (var d = 0; d < documents; d++)
                {
                    await client.SendAsync(
                        HocuspocusClient.Update($"d{d}", Messages.Typed((ulong)number + 1, (ulong)i, "x")));
                }
            }
        })));

        // Each is told of each of its own updates once, and so has none to wait for.
        await Task.WhenAll(clients.Select(client => Task.Run(async () =>
        {
            for (var acknowledged = 0; acknowledged < documents * updates;)
            {
                acknowledged += (await client.ReceiveAsync())!.AsSpan() is [.., 8, 1] ? 1 : 0;
            }
        })));
        var expected = Doubles.World.StateOf(
            [.. Enumerable.Range(1, 4).Select(c => Messages.Typed((ulong)c, 0, new string('x', updates)))]);
        for (var d = 0; d < documents; d++)
        {
            Assert.Equal(expected,
                await node.Http.GetByteArrayAsync(new Uri($"/api/documents/d{d}", UriKind.Relative)));
        }

        foreach (var client in clients)
        {
            client.Dispose();
        }
    }
}
