using Relay.Yjs;

namespace Relay.Sessions;

internal sealed partial class Loader
{
    [LoggerMessage(SessionEventId.Loaded, LogLevel.Information, "Loaded {Document} at {Position}")]
    private static partial void LogLoaded(ILogger logger, DocumentName document, Position position);

    [LoggerMessage(
        SessionEventId.LoadFailed,
        LogLevel.Warning,
        "{Document} cannot be loaded now; the next connection tries again")]
    private static partial void LogLoadFailed(ILogger logger, Exception exception, DocumentName document);

    [LoggerMessage(
        SessionEventId.LoadRefused,
        LogLevel.Error,
        "{Document} is refused, because what is stored of it does not read: {Problem}")]
    private static partial void LogLoadRefused(ILogger logger, DocumentName document, string? problem);

    [LoggerMessage(
        SessionEventId.SaveFailed,
        LogLevel.Error,
        "The tombstone of {Document} cannot be stored; the next node that loads the document tries again")]
    private static partial void LogNotBuried(ILogger logger, Exception exception, DocumentName document);

    [LoggerMessage(
        SessionEventId.PeerStateUnfit,
        LogLevel.Debug,
        "What another node has of {Document} at {Position} does not fit the log: reading what is stored")]
    private static partial void LogPeerStateUnfit(ILogger logger, DocumentName document, Position position);
}
