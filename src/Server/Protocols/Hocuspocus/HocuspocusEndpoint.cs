using Relay.Access;
using Relay.Connections;
using Relay.Sessions;
using Relay.Sockets.Backpressure;
using Relay.Sockets.WebSockets;

namespace Relay.Protocols.Hocuspocus;

/// <summary><c>ws /hocuspocus</c>, and every path below it: documents are named in the messages.</summary>
internal sealed partial class HocuspocusEndpoint(
    SessionRegistry sessions,
    ConnectionRegistry connections,
    RequestGate gate,
    ReturnDelays returns,
    WaitingRoom waiting,
    ClientTokens tokens,
    AwarenessStamping stamping,
    ConnectionLimits limits,
    BufferBudget budget,
    UnadmittedBudget unadmitted,
    UserPlaces users,
    SocketTicks ticks,
    SocketMetrics metrics,
    TimeProvider time,
    ILogger<HocuspocusEndpoint> logger)
{
    public const string Path = "/hocuspocus";

    private const string AnyDocument = "";

    private readonly HocuspocusServices services = new(
        sessions, tokens, users, new HocuspocusFormats(), limits, unadmitted, time, logger, stamping.IsOn);

    public async Task HandleAsync(HttpContext context)
    {
        if (!await gate.MayConnectAsync(context))
        {
            return;
        }

        var (address, who) = (context.Connection.RemoteIpAddress, context.Request.Headers.UserAgent.ToString());
        if (await waiting.MayGoOnAsync(context, AnyDocument, who)
            && await WebSocketUpgrade.AcceptAsync(context) is { } upgraded)
        {
            await upgraded.ServeAsync(
                async connection => returns.Closed(address, AnyDocument, who, await ServeAsync(connection)),
                services.Logger);
        }
    }

    /// <returns>The code with which the node closed the connection, if it did.</returns>
    private async Task<int?> ServeAsync(UpgradedConnection upgraded)
    {
        var client = new ClientSocket(
            upgraded.Stream,
            services.Limits.MaxMessageBytes,
            budget,
            HocuspocusFormat.Silence,
            ticks,
            metrics,
            CloseReason.OfSockets,
            upgraded.Abort)
        {
            RemoteAddress = upgraded.RemoteAddress,
        };
        var place = new ConnectionPlace();
        if (connections.TryAddUnadmitted(place, upgraded.RemoteAddress) is { } refusal)
        {
            client.Close(refusal);
            await client.RunAsync((_, _) => ValueTask.CompletedTask);
            return refusal.Code;
        }

        LogConnected(services.Logger);
        try
        {
            var socket = new HocuspocusSocket(client, services, () => connections.TryAdmit(place));
            place.Fill(socket);
            await socket.RunAsync();
        }
        finally
        {
            connections.Remove(place);
            LogDisconnected(services.Logger, client.ClosedFor?.Code, client.ClosedFor?.Text);
        }

        return client.ClosedFor?.Code;
    }
}
