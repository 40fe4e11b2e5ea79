using Relay.Yjs;

namespace Relay.Sessions;

internal sealed partial class FrameHandler
{
    [LoggerMessage(
        SessionEventId.BadUpdate, LogLevel.Information, "A client's update to {Document} is refused: {Error}")]
    private static partial void LogBadUpdate(ILogger logger, DocumentName document, ContentError error);
}
