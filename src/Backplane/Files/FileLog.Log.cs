using Microsoft.Extensions.Logging;

namespace Relay.Backplane;

public sealed partial class FileLog
{
    [LoggerMessage(BackplaneEventId.FileLogStarted, LogLevel.Information,
        "The log in {Directory} holds {Documents} documents in {Segments} segments")]
    private static partial void LogStarted(ILogger logger, string directory, int segments, int documents);
}
