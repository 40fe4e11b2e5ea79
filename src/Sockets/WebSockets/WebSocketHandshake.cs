using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace Relay.Sockets.WebSockets;

/// <summary>The opening handshake (RFC 6455, 4.2) over HTTP/1.1.</summary>
internal static class WebSocketHandshake
{
    private const string KeySuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Whether the client wants the connection to become a WebSocket.</summary>
    public static bool IsAskedFor(HttpRequest request) => HasToken(request.Headers.Upgrade, "websocket");

    /// <summary>
    /// Opens a WebSocket if the request asks for one that this node can open. A refusal has its headers set; the caller
    /// answers with it.
    /// </summary>
    public static async ValueTask<HandshakeResult> AcceptAsync(HttpContext context)
    {
        var headers = context.Request.Headers;
        var upgrade = context.Features.Get<IHttpUpgradeFeature>();
        if (upgrade is not { IsUpgradableRequest: true } || !IsAskedFor(context.Request)
            || !HttpMethods.IsGet(context.Request.Method))
        {
            context.Response.Headers.Upgrade = "websocket";
            return HandshakeResult.Refused(
                StatusCodes.Status426UpgradeRequired,
                "This address speaks WebSocket over HTTP/1.1.");
        }

        if (headers.SecWebSocketVersion != "13")
        {
            context.Response.Headers.SecWebSocketVersion = "13";
            return HandshakeResult.Refused(
                StatusCodes.Status426UpgradeRequired,
                "This address speaks version 13 of the WebSocket protocol.");
        }

        if (!TryAnswer(headers.SecWebSocketKey.ToString(), out var accept))
        {
            return HandshakeResult.Refused(
                StatusCodes.Status400BadRequest,
                "Sec-WebSocket-Key must be 16 bytes in base64.");
        }

        context.Response.Headers.Upgrade = "websocket";
        context.Response.Headers.SecWebSocketAccept = accept;
        if (FirstToken(headers.SecWebSocketProtocol) is { } protocol)
        {
            // A browser that offered subprotocols drops a connection whose server chose none.
            context.Response.Headers.SecWebSocketProtocol = protocol;
        }

        var address = context.Connection.RemoteIpAddress;
        var stream = await upgrade.UpgradeAsync();
        var connection = context.Features.Get<ISocketHandover>()?.TryTake() is { } socket
            ? new UpgradedConnection(socket, socket.Abort, address, outlivesRequest: true)
            : new UpgradedConnection(stream, context.Abort, address, outlivesRequest: false);
        return new HandshakeResult(connection, StatusCodes.Status101SwitchingProtocols, "");
    }

    private static bool TryAnswer(string key, [NotNullWhen(true)] out string? accept)
    {
        accept = null;
        Span<byte> nonce = stackalloc byte[16];
        if (key.Length != 24 || !Convert.TryFromBase64String(key, nonce, out var length) || length != 16)
        {
            return false;
        }

        // SHA-1 is what the protocol asks for; it guards against caches, not against attackers.
#pragma warning disable CA5350
        accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + KeySuffix)));
#pragma warning restore CA5350
        return true;
    }

    private static bool HasToken(IEnumerable<string?> values, string token) =>
        Tokens(values).Any(t => t.Equals(token, StringComparison.OrdinalIgnoreCase));

    /// <summary>Passes over what is no token (RFC 9110, 5.6.2): it could not be sent back.</summary>
    private static string? FirstToken(IEnumerable<string?> values) =>
        Tokens(values).FirstOrDefault(token => !token.AsSpan().ContainsAnyExcept(TokenCharacters));

    private static IEnumerable<string> Tokens(IEnumerable<string?> values) =>
        values.SelectMany(
            v => (v ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
}
