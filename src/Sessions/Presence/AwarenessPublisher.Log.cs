using Relay.Yjs;

namespace Relay.Sessions;

internal sealed partial class AwarenessPublisher
{
    [LoggerMessage(
        SessionEventId.PublishFailed, LogLevel.Warning, "Presence of {Document} cannot be sent to other nodes")]
    private static partial void LogPublishFailed(ILogger logger, Exception exception, DocumentName document);
}
