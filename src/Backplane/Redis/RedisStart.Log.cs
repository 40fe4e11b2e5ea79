using Microsoft.Extensions.Logging;

namespace Relay.Backplane;

internal sealed partial class RedisStart
{
    [LoggerMessage(BackplaneEventId.RedisReached, LogLevel.Information,
        "Reached Redis {Version}; this node is {Node:x16} there")]
    private partial void LogReached(string version, ulong node);

    [LoggerMessage(BackplaneEventId.RedisMayEvict, LogLevel.Warning,
        "Redis has maxmemory-policy {Policy}, which may evict logs with updates that no snapshot "
            + "covers; set noeviction")]
    private partial void LogMayEvict(string policy);

    [LoggerMessage(BackplaneEventId.RedisMayForget, LogLevel.Warning,
        "Redis has no replica and no append-only file: updates that no snapshot covers live in one process's memory "
            + "and in the nodes that hold the document")]
    private partial void LogMayForget();

    [LoggerMessage(BackplaneEventId.RedisNotReady, LogLevel.Warning, "Redis cannot be reached yet; looking for it")]
    private partial void LogNotReady(Exception exception);
}
