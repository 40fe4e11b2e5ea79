using Relay.Yjs;

namespace Relay.Sessions;

internal sealed partial class SessionLifecycle
{
    [LoggerMessage(SessionEventId.Left, LogLevel.Information, "Left {Document}")]
    private static partial void LogLeft(ILogger logger, DocumentName document);

    [LoggerMessage(
        SessionEventId.TakenUpAgain, LogLevel.Debug, "{Document} is taken up again while it is being left")]
    private static partial void LogTakenUpAgain(ILogger logger, DocumentName document);

    [LoggerMessage(SessionEventId.LeaveFailed, LogLevel.Warning, "{Document} cannot be left cleanly")]
    private static partial void LogNotFreed(ILogger logger, Exception exception, DocumentName document);
}
