using Relay.Yjs;

namespace Relay.Sessions;

internal sealed partial class UnloggedUpdates
{
    [LoggerMessage(
        SessionEventId.Unlogged,
        LogLevel.Warning,
        "The log of {Document} does not answer: what its clients write is shown on this node, and acknowledged when "
            + "the log has it")]
    private static partial void LogUnlogged(ILogger logger, DocumentName document);
}
