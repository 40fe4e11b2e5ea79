using Microsoft.AspNetCore.Http.Features;
using Relay.Access;
using Relay.Connections;
using Relay.Problems;
using Relay.Sessions;
using Relay.Sockets.Backpressure;
using Relay.Sockets.WebSockets;
using Relay.Yjs;

namespace Relay.Protocols.YWebSocket;

/// <summary><c>ws /yjs/{document}</c>: the rest of the path is the document's name, percent-encoded, slashes allowed.
/// The token stands in <c>?token=</c> or in <c>Authorization: Bearer</c>; a client that may not read the document
/// is refused before the upgrade.</summary>
internal sealed partial class YWebSocketEndpoint(
    RequestGate gate,
    ReturnDelays returns,
    WaitingRoom waiting,
    AwarenessStamping stamping,
    SessionRegistry sessions,
    ConnectionRegistry connections,
    UserPlaces users,
    ConnectionLimits limits,
    BufferBudget budget,
    SocketTicks ticks,
    SocketMetrics metrics,
    TimeProvider time,
    ILogger<YWebSocketEndpoint> logger)
{
    public const string Prefix = "/yjs/";

    public const string Path = Prefix + "{**document}";

    public async Task HandleAsync(HttpContext context)
    {
        if (!await gate.MayConnectAsync(context))
        {
            return;
        }

        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (!EncodedPath.TryGetName(target, Prefix, following: null, out var document, out var error))
        {
            await Problem.AnswerAsync(context, StatusCodes.Status400BadRequest, error);
            return;
        }

        if (await gate.IdentifyAsync(context, document, AccessLevel.Read) is not { } grant)
        {
            return;
        }

        var (address, who) = (
            context.Connection.RemoteIpAddress, grant.UserId ?? context.Request.Headers.UserAgent.ToString());
        if (await waiting.MayGoOnAsync(context, document.Value, who)
            && await WebSocketUpgrade.AcceptAsync(context) is { } upgraded)
        {
            await upgraded.ServeAsync(
                async connection =>
                {
                    var code = await ServeAsync(connection, document, grant);
                    returns.Closed(address, document.Value, who, code);
                },
                logger);
        }
    }

    /// <returns>The code with which the node closed the connection, if it did.</returns>
    private async Task<int?> ServeAsync(UpgradedConnection upgraded, DocumentName document, Grant grant)
    {
        var socket = new ClientSocket(
            upgraded.Stream,
            limits.MaxMessageBytes,
            budget,
            YWebSocketFormat.Instance.Silence,
            ticks,
            metrics,
            CloseReason.OfSockets,
            upgraded.Abort)
        {
            RemoteAddress = upgraded.RemoteAddress,
        };
        var place = new ConnectionPlace();
        if (TryAdd(place, grant.UserId) is { } refusal)
        {
            // Only a close code tells a client whether to come back, and only an open connection can carry one.
            socket.Close(refusal);
            await socket.RunAsync((_, _) => ValueTask.CompletedTask);
            return refusal.Code;
        }

        LogConnected(logger, document);
        try
        {
            var stamp = stamping.IsOn ? new AwarenessStamp(grant) : null;
            var connection = new YWebSocketConnection(
                socket, document, grant, sessions, limits, stamp, time, logger);
            place.Fill(connection);
            await connection.RunAsync();
        }
        finally
        {
            connections.Remove(place);
            users.Return(grant.UserId);
            LogDisconnected(logger, document, socket.ClosedFor?.Code, socket.ClosedFor?.Text);
        }

        return socket.ClosedFor?.Code;
    }

    private CloseReason? TryAdd(ConnectionPlace place, string? user)
    {
        if (!users.TryTake(user))
        {
            return CloseReason.UserIsFull;
        }

        if (connections.TryAdd(place) is { } refusal)
        {
            users.Return(user);
            return refusal;
        }

        return null;
    }
}
