using Relay.Yjs;

namespace Relay.Sessions;

internal sealed partial class Saver
{
    [LoggerMessage(SessionEventId.Saved, LogLevel.Debug, "Saved {Document} at {Position}, {Bytes} bytes")]
    private static partial void LogSaved(ILogger logger, DocumentName document, Position position, int bytes);

    [LoggerMessage(
        SessionEventId.SaveFailed,
        LogLevel.Error,
        "A snapshot of {Document} cannot be stored; it is tried again, and the log keeps every change meanwhile")]
    private static partial void LogSaveFailed(ILogger logger, Exception exception, DocumentName document);
}
