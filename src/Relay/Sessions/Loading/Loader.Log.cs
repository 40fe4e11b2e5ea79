using Relay.Yjs;

namespace Relay.Sessions;

internal sealed partial class Loader
{
    [LoggerMessage(LogEvents.Loaded, LogLevel.Information, "Loaded {Document} at {Position}")]
    private static partial void LogLoaded(ILogger logger, DocumentName document, Position position);

    [LoggerMessage(
        LogEvents.LoadFailed, LogLevel.Warning, "{Document} cannot be loaded now; the next connection tries again")]
    private static partial void LogLoadFailed(ILogger logger, Exception exception, DocumentName document);

    [LoggerMessage(
        LogEvents.LoadRefused,
        LogLevel.Error,
        "{Document} is refused, because what is stored of it does not read: {Problem}")]
    private static partial void LogLoadRefused(ILogger logger, DocumentName document, string? problem);

    [LoggerMessage(
        LogEvents.SaveFailed,
        LogLevel.Error,
        "The tombstone of {Document} cannot be stored; the next node that loads the document tries again")]
    private static partial void LogNotBuried(ILogger logger, Exception exception, DocumentName document);

    [LoggerMessage(
        LogEvents.PeerStateUnfit,
        LogLevel.Debug,
        "What another node has of {Document} at {Position} does not fit the log: reading what is stored")]
    private static partial void LogPeerStateUnfit(ILogger logger, DocumentName document, Position position);
}
