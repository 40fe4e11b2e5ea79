using Relay.Yjs;

namespace Relay.Sessions;

internal sealed partial class LocatorListing
{
    [LoggerMessage(
        SessionEventId.NotListed,
        LogLevel.Warning,
        "The locator cannot be told now that this node holds {Document}; it is told later")]
    private static partial void LogNotListed(ILogger logger, Exception exception, DocumentName document);

    [LoggerMessage(
        SessionEventId.LeaveFailed, LogLevel.Warning, "This node cannot be taken out of the locator for {Document}")]
    private static partial void LogNotRemoved(ILogger logger, Exception exception, DocumentName document);
}
