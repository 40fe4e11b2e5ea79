using Relay.Yjs;

namespace Relay.Sessions;

internal sealed partial class AppendSender
{
    [LoggerMessage(
        SessionEventId.AppendFailed, LogLevel.Warning, "Appends to the log of {Document} fail; they are repeated")]
    private static partial void LogAppendFailed(ILogger logger, Exception exception, DocumentName document);

    [LoggerMessage(
        SessionEventId.AppendsWorkAgain, LogLevel.Information, "Appends to the log of {Document} work again")]
    private static partial void LogAppendsWorkAgain(ILogger logger, DocumentName document);
}
