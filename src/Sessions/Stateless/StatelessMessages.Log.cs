using Relay.Yjs;

namespace Relay.Sessions;

internal sealed partial class StatelessMessages
{
    [LoggerMessage(
        SessionEventId.PublishFailed,
        LogLevel.Warning,
        "Messages of applications at {Document} cannot be sent to other nodes")]
    private static partial void LogPublishFailed(ILogger logger, Exception exception, DocumentName document);
}
