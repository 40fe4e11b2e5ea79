using Relay.Yjs;

namespace Relay.Sessions;

internal sealed partial class DocumentSession
{
    [LoggerMessage(LogEvents.Loaded, LogLevel.Information, "Loaded {Document} at {Position}")]
    private static partial void LogLoaded(ILogger logger, DocumentName document, Position position);

    [LoggerMessage(LogEvents.LoadFailed, LogLevel.Warning, "{Document} cannot be loaded now; the next one who asks tries again")]
    private static partial void LogLoadFailed(ILogger logger, Exception exception, DocumentName document);

    [LoggerMessage(LogEvents.LoadRefused, LogLevel.Error, "{Document} is refused, because what is stored of it does not read: {Problem}")]
    private static partial void LogLoadRefused(ILogger logger, DocumentName document, string? problem);

    [LoggerMessage(LogEvents.SaveFailed, LogLevel.Error, "A snapshot of {Document} cannot be stored; it is tried again, and the log keeps every change meanwhile")]
    private static partial void LogSaveFailed(ILogger logger, Exception exception, DocumentName document);

    [LoggerMessage(LogEvents.BadUpdate, LogLevel.Information, "A client's update to {Document} is refused: {Error}")]
    private static partial void LogBadUpdate(ILogger logger, DocumentName document, YjsError error);

    [LoggerMessage(LogEvents.SessionFailed, LogLevel.Critical, "The session of {Document} failed and is given up; its clients load it anew")]
    private static partial void LogSessionFailed(ILogger logger, Exception exception, DocumentName document);

    [LoggerMessage(LogEvents.PeerStateUnfit, LogLevel.Debug, "What another node has of {Document} at {Position} does not fit the log: reading what is stored")]
    private static partial void LogPeerStateUnfit(ILogger logger, DocumentName document, Position position);
}
