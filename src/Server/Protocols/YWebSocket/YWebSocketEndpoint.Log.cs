using Relay.Logging;
using Relay.Yjs;

namespace Relay.Protocols.YWebSocket;

internal sealed partial class YWebSocketEndpoint
{
    [LoggerMessage(LogEvents.Connected, LogLevel.Debug, "A client of {Document} connected")]
    private static partial void LogConnected(ILogger logger, DocumentName document);

    [LoggerMessage(LogEvents.Disconnected, LogLevel.Debug, "A client of {Document} disconnected ({Code} {Reason})")]
    private static partial void LogDisconnected(ILogger logger, DocumentName document, int? code, string? reason);
}
