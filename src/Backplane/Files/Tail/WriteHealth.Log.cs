using Microsoft.Extensions.Logging;

namespace Relay.Backplane;

internal sealed partial class WriteHealth
{
    [LoggerMessage(BackplaneEventId.FileLogWriteFailed, LogLevel.Error,
        "The log cannot write to {File}; appends are refused until it can")]
    private partial void LogWriteFailed(Exception exception, string file);

    [LoggerMessage(BackplaneEventId.FileLogWritesAgain, LogLevel.Information, "The log writes again, to {File}")]
    private partial void LogWritesAgain(string file);
}
