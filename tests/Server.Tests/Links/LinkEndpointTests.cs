using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using Microsoft.Extensions.Logging.Abstractions;
using Relay.DocLocator;
using Relay.Node;
using Relay.Peers;

namespace Relay.Links;

/// <summary>Links over real sockets, at the internal listener.</summary>
public sealed class LinkEndpointTests : IAsyncLifetime
{
    private static readonly NodeIdentity Dialer = LinkSamples.NodeOf(1);

    private readonly List<LinkedNode> none = [];
    private readonly LinkedNode node;
    private NodeIdentity self = null!;
    private InternalListener listener = null!;

    public LinkEndpointTests() => node = new LinkedNode(9, none, TimeProvider.System);

    public async ValueTask InitializeAsync()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var address = (IPEndPoint)probe.LocalEndpoint;
        probe.Stop();
        self = NodeIdentity.Create(address.ToString(), "incarnation");
        var gate = new PeerGate(self.Address, PeerSamples.Secret, TimeProvider.System, NullLogger<PeerGate>.Instance);
        var state = new PeerStateEndpoint(
            (_, _) => false, (_, _) => false, gate, PeerSamples.Secret, new PeerOptions(), TimeProvider.System);
        var endpoint = new LinkEndpoint(node.Channel.Links, self, PeerSamples.Secret, gate);
        listener = new InternalListener(address, state, endpoint.HandleAsync, NullLoggerFactory.Instance);
        await listener.StartAsync(CancellationToken.None).WaitAsync(TestNode.Patience);
    }

    public async ValueTask DisposeAsync()
    {
        node.Dispose();
        await listener.StopAsync(CancellationToken.None).WaitAsync(TestNode.Patience);
        listener.Dispose();
    }

    [Fact]
    public async Task Frames_go_both_ways_between_nodes_that_have_proved_themselves()
    {
        using var client = Client(PeerSamples.Secret);
        using var link = await client.DialAsync(self, CancellationToken.None);
        Assert.NotNull(link);
        await link.SendAsync(
            new LinkFrame(1, 0, [LinkSamples.Message(1, 70_000)]).Encode(), CancellationToken.None);

        // The document is not open there, and so the other node says.
        LinkFrame? frame = null;
        while (frame is not { Items.Count: > 0 })
        {
            var bytes = await link.ReceiveAsync(CancellationToken.None).AsTask().WaitAsync(TestNode.Patience);
            Assert.Null(LinkFrame.Read(bytes!.Value, out frame));
        }

        Assert.Equal((LinkItemKind.Absent, LinkSamples.Room), (frame.Items[0].Kind, frame.Items[0].Document));
    }

    [Fact]
    public async Task A_node_with_another_secret_and_one_that_means_another_start_get_no_link()
    {
        using var stranger = Client(new PeerSecret("another secret of thirty-two chars"));
        Assert.Null(await stranger.DialAsync(self, CancellationToken.None));
        using var client = Client(PeerSamples.Secret);
        Assert.Null(await client.DialAsync(
            NodeIdentity.Create(self.Address, "another"), CancellationToken.None));
        Assert.Null(await client.DialAsync(NodeIdentity.Create("nowhere", "x"), CancellationToken.None));
    }

    [Fact]
    public async Task A_greeting_without_a_fresh_proof_is_refused_and_a_frame_without_signature_ends_the_link()
    {
        var target = LinkHandshake.Target(Dialer);
        Assert.Equal(HttpStatusCode.Unauthorized, await DialAsync(target, null));
        var proof = PeerProof.Make(
            PeerSamples.Secret, "GET", target, self.Address, TimeProvider.System.GetUtcNow(), PeerProof.NewNonce());
        Assert.Equal(HttpStatusCode.Unauthorized, await DialAsync(LinkHandshake.Target(LinkSamples.NodeOf(2)), proof));
        using var socket = new ClientWebSocket();
        Assert.Equal(HttpStatusCode.SwitchingProtocols, await DialAsync(target, proof, socket));
        Assert.Equal(HttpStatusCode.Unauthorized, await DialAsync(target, proof));

        await socket.SendAsync(
            new LinkFrame(1, 0, [LinkSamples.Message()]).Encode(), WebSocketMessageType.Binary, true,
            CancellationToken.None);
        await Assert.ThrowsAnyAsync<WebSocketException>(async () =>
        {
            while (true)
            {
                await socket.ReceiveAsync(new byte[100], CancellationToken.None).WaitAsync(TestNode.Patience);
            }
        });
    }

    private static LinkClient Client(PeerSecret secret) =>
        new(Dialer, secret, new NodeLinkOptions { DialTimeout = TestNode.Patience }, TimeProvider.System,
            NullLogger<LinkClient>.Instance);

    private async Task<HttpStatusCode> DialAsync(string target, string? proof, ClientWebSocket? use = null)
    {
        var socket = use ?? new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        if (proof is not null)
        {
            socket.Options.SetRequestHeader("Authorization", proof);
        }

        try
        {
            await socket.ConnectAsync(new Uri($"ws://{self.Address}{target}"), CancellationToken.None)
                .WaitAsync(TestNode.Patience);
        }
        catch (WebSocketException)
        {
            // The status says why.
        }

        var status = socket.HttpStatusCode;
        if (use is null)
        {
            socket.Dispose();
        }

        return status;
    }
}
