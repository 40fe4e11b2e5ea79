using Relay.Yjs;

namespace Relay.Sessions;

internal sealed partial class LogFollower
{
    [LoggerMessage(LogEvents.DocumentDeleted, LogLevel.Information, "{Document} was deleted")]
    private static partial void LogDeleted(ILogger logger, DocumentName document);

    [LoggerMessage(
        LogEvents.EntryUnreadable, LogLevel.Error, "The log entry of {Document} at {Position} does not read: {Error}")]
    private static partial void LogEntryUnreadable(
        ILogger logger, DocumentName document, Position position, YjsError error);
}
