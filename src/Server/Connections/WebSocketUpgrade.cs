using Relay.Problems;
using Relay.Sockets.WebSockets;

namespace Relay.Connections;

/// <summary>Opens WebSockets, and answers requests for which none can be opened.</summary>
internal static class WebSocketUpgrade
{
    /// <returns>The connection; null when the request was answered with a refusal.</returns>
    public static async ValueTask<UpgradedConnection?> AcceptAsync(HttpContext context)
    {
        var result = await WebSocketHandshake.AcceptAsync(context);
        if (result.Connection is null)
        {
            await Problem.AnswerAsync(context, result.Status, result.Sentence);
        }

        return result.Connection;
    }
}
