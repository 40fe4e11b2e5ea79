using Relay.Problems;
using Relay.Sockets.WebSockets;

namespace Relay.Protocols;

/// <summary>
/// Refuses requests for a WebSocket at addresses that speak none: a server may ignore the wish and answer the plain
/// request (RFC 9110, 7.8), but a page with status 200 does not tell a client's developer why. A path such as
/// <c>/yjs/..</c> is one of those, since the server resolves its dots.
/// </summary>
internal static class UpgradeRefusal
{
    public static Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var endpoint = context.GetEndpoint();
        var isInPlace = endpoint?.Metadata.GetMetadata<SpeaksWebSocket>() is not null;
        return isInPlace || !WebSocketHandshake.IsAskedFor(context.Request) ? next(context)
            : Problem.AnswerAsync(
                context,
                endpoint is null ? StatusCodes.Status404NotFound : StatusCodes.Status400BadRequest,
                "There is no WebSocket at this address; they are at /yjs/{document} and /hocuspocus.");
    }
}
