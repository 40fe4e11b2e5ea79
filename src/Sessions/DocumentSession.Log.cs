using Relay.Yjs;

namespace Relay.Sessions;

internal sealed partial class DocumentSession
{
    [LoggerMessage(
        SessionEventId.SessionFailed,
        LogLevel.Critical,
        "The session of {Document} failed and is given up; its clients load it anew")]
    private static partial void LogSessionFailed(ILogger logger, Exception exception, DocumentName document);
}
