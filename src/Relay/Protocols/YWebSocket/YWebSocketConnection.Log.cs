using Relay.Yjs;

namespace Relay.Protocols.YWebSocket;

internal sealed partial class YWebSocketConnection
{
    [LoggerMessage(LogEvents.BadFrame, LogLevel.Information, "A client's frame to {Document} is refused: {Error}")]
    private static partial void LogBadFrame(ILogger logger, DocumentName document, YjsError error);
}
