using Relay.Access;
using Relay.Connections;
using Relay.Connections.WebSockets;
using Relay.Sessions;
using Relay.Telemetry;

namespace Relay.Protocols.Hocuspocus;

/// <summary><c>ws /hocuspocus</c>, and every path below it: documents are named in the messages.</summary>
internal sealed partial class HocuspocusEndpoint(
    SessionRegistry sessions,
    ConnectionRegistry connections,
    RequestGate gate,
    ITokenVerifier tokens,
    AwarenessStamping stamping,
    ConnectionLimits limits,
    SocketTicks ticks,
    RelayMetrics metrics,
    TimeProvider time,
    ILogger<HocuspocusEndpoint> logger)
{
    public const string Path = "/hocuspocus";

    private readonly HocuspocusFormats formats = new();

    public async Task HandleAsync(HttpContext context)
    {
        if (!await gate.MayConnectAsync(context) || await WebSocketHandshake.AcceptAsync(context) is not { } upgraded)
        {
            return;
        }

        await upgraded.ServeAsync(ServeAsync, logger);
    }

    private async Task ServeAsync(UpgradedConnection upgraded)
    {
        var client = new ClientSocket(
            upgraded.Stream, limits.MaxMessageBytes, HocuspocusFormat.Silence, ticks, metrics, upgraded.Abort)
        {
            RemoteAddress = upgraded.RemoteAddress,
        };
        var place = new ConnectionPlace();
        if (connections.TryAdd(place) is { } refusal)
        {
            client.Close(refusal);
            await client.RunAsync((_, _) => ValueTask.CompletedTask);
            return;
        }

        LogConnected(logger);
        try
        {
            var socket = new HocuspocusSocket(client, sessions, tokens, formats, limits, time, logger, stamping.IsOn);
            place.Fill(socket);
            await socket.RunAsync();
        }
        finally
        {
            connections.Remove(place);
            LogDisconnected(logger, client.ClosedFor?.Code, client.ClosedFor?.Text);
        }
    }
}
