using Microsoft.Extensions.Logging;

namespace Relay.Backplane;

internal sealed partial class LogCleaner
{
    [LoggerMessage(BackplaneEventId.FileLogSegmentRemoved, LogLevel.Debug,
        "Removed {File}, of which no record is needed any more")]
    private partial void LogSegmentRemoved(string file);

    [LoggerMessage(BackplaneEventId.FileLogSegmentSetAside, LogLevel.Warning,
        "Set the damaged segment {File} aside as {Kept}; the log does not read it any more")]
    private partial void LogSegmentSetAside(string file, string kept);

    [LoggerMessage(BackplaneEventId.FileLogCleaningFailed, LogLevel.Warning,
        "Cleaning stopped at {File} and is tried again later")]
    private partial void LogCleaningFailed(Exception exception, string file);
}
