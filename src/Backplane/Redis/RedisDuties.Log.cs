using Microsoft.Extensions.Logging;

namespace Relay.Backplane;

internal sealed partial class RedisDuties
{
    [LoggerMessage(BackplaneEventId.RedisDutyFailed, LogLevel.Error,
        "A duty of the Redis backplane failed; it is done again")]
    private partial void LogDutyFailed(Exception exception);

    [LoggerMessage(BackplaneEventId.RedisDutyWaits, LogLevel.Debug,
        "A duty of the Redis backplane could not be done; the next round does it")]
    private partial void LogDutyWaits(Exception exception);
}
