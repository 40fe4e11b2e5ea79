using Microsoft.Extensions.Logging;

namespace Relay.Backplane;

internal sealed partial class RedisAppendServer
{
    [LoggerMessage(BackplaneEventId.RedisNotPublished, LogLevel.Debug,
        "An entry of {Document} was confirmed and could not be published; the check of the log's end finds it")]
    private partial void LogNotPublished(Exception exception, string document);
}
