using Relay.Yjs;

namespace Relay.Sessions;

internal sealed partial class MergedSnapshots
{
    [LoggerMessage(SessionEventId.UnreadableSnapshot, LogLevel.Error,
        "The snapshot of {Document} at {Position} does not read and is kept: {Problem}")]
    private static partial void LogUnreadableSnapshot(ILogger logger, DocumentName document, Position position,
        string? problem);
}
