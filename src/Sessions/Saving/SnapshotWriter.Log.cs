using Relay.Yjs;

namespace Relay.Sessions;

internal sealed partial class SnapshotWriter
{
    [LoggerMessage(
        SessionEventId.ClaimFailed,
        LogLevel.Debug,
        "Whether another node saves {Document} is not known: this one does")]
    private static partial void LogClaimFailed(ILogger logger, Exception exception, DocumentName document);

    [LoggerMessage(
        SessionEventId.CheckpointFailed,
        LogLevel.Warning,
        "A snapshot of {Document} is stored, but what it makes superfluous is not cleared away")]
    private static partial void LogCheckpointFailed(ILogger logger, Exception exception, DocumentName document);
}
