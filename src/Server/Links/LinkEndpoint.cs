using Microsoft.AspNetCore.Http.Features;
using Relay.DocLocator;
using Relay.Peers;

namespace Relay.Links;

/// <summary>
/// <c>ws /internal/link</c>, where other nodes dial: 401 without a valid proof, which comes before everything else; 400
/// for what is no WebSocket of a node. The request lasts as long as the link.
/// </summary>
internal sealed class LinkEndpoint(NodeLinks links, NodeIdentity self, PeerSecret secret, PeerGate gate)
{
    public async Task HandleAsync(HttpContext context)
    {
        if (!gate.TryAdmit(context, out var proof))
        {
            return;
        }

        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (!context.WebSockets.IsWebSocketRequest || !LinkHandshake.TryGetNode(target, out var node) || node == self)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        var nonce = PeerProof.NewNonce();
        context.Response.Headers[LinkHandshake.ProofHeader] = LinkHandshake.Answer(secret, proof, self, nonce);
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var connection = new WebSocketLink(
            socket,
            LinkHandshake.Seal(secret, proof, nonce, self, isOfDialer: false),
            LinkHandshake.Seal(secret, proof, nonce, self, isOfDialer: true));
        await links.AcceptAsync(node, connection);
    }
}
