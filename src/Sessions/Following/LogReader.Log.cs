using Relay.Yjs;

namespace Relay.Sessions;

internal sealed partial class LogReader
{
    [LoggerMessage(
        SessionEventId.LogReadFailed, LogLevel.Warning, "The log of {Document} cannot be read; the read is repeated")]
    private static partial void LogReadFailed(ILogger logger, Exception exception, DocumentName document);
}
