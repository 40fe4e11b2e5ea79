using Relay.Yjs;

namespace Relay.Sessions;

internal sealed partial class StaleListings
{
    [LoggerMessage(
        SessionEventId.StillListed,
        LogLevel.Debug,
        "The locator still names this node for {Document}, which it does not hold")]
    private static partial void LogStillListed(ILogger logger, Exception exception, DocumentName document);
}
