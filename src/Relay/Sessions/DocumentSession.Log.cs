using Relay.Yjs;

namespace Relay.Sessions;

internal sealed partial class DocumentSession
{
    [LoggerMessage(LogEvents.BadUpdate, LogLevel.Information, "A client's update to {Document} is refused: {Error}")]
    private static partial void LogBadUpdate(ILogger logger, DocumentName document, YjsError error);

    [LoggerMessage(LogEvents.SessionFailed, LogLevel.Critical, "The session of {Document} failed and is given up; its clients load it anew")]
    private static partial void LogSessionFailed(ILogger logger, Exception exception, DocumentName document);
}
