using Microsoft.Extensions.Logging;

namespace Relay.Backplane;

internal sealed partial class LogLoader
{
    [LoggerMessage(BackplaneEventId.FileLogTailCut, LogLevel.Warning,
        "Cut off an incomplete end of the log: {File} at offset {Offset}, {Bytes} bytes, as a killed process or a "
            + "power cut leaves them")]
    private partial void LogTailCut(string file, long offset, long bytes);
}
