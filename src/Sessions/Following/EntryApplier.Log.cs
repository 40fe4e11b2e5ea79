using Relay.Yjs;

namespace Relay.Sessions;

internal sealed partial class EntryApplier
{
    [LoggerMessage(SessionEventId.DocumentDeleted, LogLevel.Information, "{Document} was deleted")]
    private static partial void LogDeleted(ILogger logger, DocumentName document);

    [LoggerMessage(
        SessionEventId.EntryUnreadable,
        LogLevel.Error,
        "The log entry of {Document} at {Position} does not read: {Error}")]
    private static partial void LogEntryUnreadable(
        ILogger logger, DocumentName document, Position position, ContentError error);
}
