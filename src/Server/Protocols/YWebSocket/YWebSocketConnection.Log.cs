using Relay.Logging;
using Relay.Yjs;

namespace Relay.Protocols.YWebSocket;

internal sealed partial class YWebSocketConnection
{
    [LoggerMessage(LogEvents.BadFrame, LogLevel.Information, "A client's frame to {Document} is refused: {Error}")]
    private static partial void LogBadFrame(ILogger logger, DocumentName document, YjsError error);

    [LoggerMessage(
        LogEvents.PresenceUnreadable,
        LogLevel.Information,
        "{Dropped} presence messages of a client to {Document} do not read and were dropped; the last: {Error}")]
    private static partial void LogUnreadablePresence(
        ILogger logger, long dropped, DocumentName document, YjsError error);
}
