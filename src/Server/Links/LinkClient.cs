using System.Net;
using System.Net.WebSockets;
using Relay.DocLocator;
using Relay.Logging;
using Relay.Peers;

namespace Relay.Links;

/// <summary>Dials other nodes' internal listeners. Thread-safe.</summary>
internal sealed partial class LinkClient : ILinkDialer, IDisposable
{
    private readonly NodeIdentity self;
    private readonly PeerSecret secret;
    private readonly NodeLinkOptions options;
    private readonly TimeProvider time;
    private readonly ILogger<LinkClient> logger;
    private readonly HttpMessageInvoker http;
    private readonly LogPace refusals;

    public LinkClient(
        NodeIdentity self, PeerSecret secret, NodeLinkOptions options, TimeProvider time, ILogger<LinkClient> logger)
    {
        this.self = self;
        this.secret = secret;
        this.options = options;
        this.time = time;
        this.logger = logger;
        refusals = new LogPace(time);
        http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            ConnectTimeout = options.DialTimeout,
            MaxResponseDrainSize = 0,
            MaxResponseHeadersLength = 16,
            UseCookies = false,
            UseProxy = false,
        });
    }

    public async ValueTask<ILinkConnection?> DialAsync(NodeIdentity peer, CancellationToken cancellation)
    {
        if (!IPEndPoint.TryParse(peer.Address, out var endpoint) || endpoint.Port == 0)
        {
            return null;
        }

        var target = LinkHandshake.Target(self);
        var proof = PeerProof.Make(
            secret, HttpMethod.Get.Method, target, peer.Address, time.GetUtcNow(), PeerProof.NewNonce());
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", proof);
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.KeepAliveInterval = Timeout.InfiniteTimeSpan;
        using var deadline = new CancellationTokenSource(options.DialTimeout, time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        try
        {
            await socket.ConnectAsync(new Uri($"ws://{endpoint}{target}"), http, over.Token);
            if (LinkHandshake.IsAnswer(secret, proof, peer, ProofIn(socket), out var nonce))
            {
                return new WebSocketLink(
                    socket,
                    LinkHandshake.Seal(secret, proof, nonce, peer, isOfDialer: true),
                    LinkHandshake.Seal(secret, proof, nonce, peer, isOfDialer: false));
            }

            // Another node may have started at that address.
            LogNotProved(logger, peer);
        }
        catch (Exception exception) when (exception is WebSocketException or HttpRequestException or IOException
            or OperationCanceledException)
        {
            if (socket.HttpStatusCode == HttpStatusCode.Unauthorized && refusals.MaySpeak())
            {
                LogRefused(logger, peer);
            }

            LogNotDialed(logger, exception, peer);
        }

        socket.Dispose();
        return null;
    }

    public void Dispose() => http.Dispose();

    private static string? ProofIn(ClientWebSocket socket) =>
        socket.HttpResponseHeaders?.TryGetValue(LinkHandshake.ProofHeader, out var values) == true
            ? values.FirstOrDefault()
            : null;

    [LoggerMessage(LogEvents.LinkNotDialed, LogLevel.Debug, "The node {Peer} cannot be dialed for a link")]
    private static partial void LogNotDialed(ILogger logger, Exception exception, NodeIdentity peer);

    [LoggerMessage(LogEvents.PeerRefused, LogLevel.Warning,
        "The node {Peer} does not accept this node's proof for a link: its log says why (Relay:Internal:Secret, "
            + "Relay:Node:Address, or the clocks)")]
    private static partial void LogRefused(ILogger logger, NodeIdentity peer);

    [LoggerMessage(LogEvents.LinkNotProved, LogLevel.Debug,
        "What answered at the address of node {Peer} has not proved that it is this node")]
    private static partial void LogNotProved(ILogger logger, NodeIdentity peer);
}
