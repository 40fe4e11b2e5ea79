using Microsoft.Extensions.Logging;

namespace Relay.Backplane;

internal sealed partial class LogTail
{
    [LoggerMessage(BackplaneEventId.FileLogNotFlushed, LogLevel.Error,
        "The log in {Directory} could not be flushed to the disk when it was closed; a power cut may "
            + "cost its last entries")]
    private partial void LogNotFlushed(Exception exception, string directory);
}
