using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Relay.Backplane;

/// <summary>
/// Looks for Redis until it is there, and checks that this node can work with it: its version, the layout of what it
/// holds, and the settings of the nodes that run.
/// </summary>
/// <param name="appends">The connection of appends, which must be there too.</param>
/// <param name="others">The connection that asks.</param>
/// <param name="layout">Checks what Redis holds.</param>
/// <param name="settings">Checks and shares this node's settings.</param>
/// <param name="node">This node's number.</param>
/// <param name="time">The clock of retries.</param>
/// <param name="logger">The backplane's logger.</param>
internal sealed partial class RedisStart(
    RedisConnection appends,
    RedisConnection others,
    RedisLayout layout,
    SharedSettings settings,
    ulong node,
    TimeProvider time,
    ILogger logger)
{
    private static readonly Version OldestServer = new(7, 0);
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(500);

    /// <summary>Completes when Redis was reached and checked.</summary>
    /// <exception cref="RedisStartException">This node cannot work with it.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        for (var isFirst = true; ; isFirst = false)
        {
            try
            {
                await CheckServerAsync(cancellation);
                if ((await layout.CheckAsync(cancellation) ?? await settings.ShareAsync(cancellation)) is { } problem)
                {
                    throw new RedisStartException(problem);
                }

                return;
            }
            catch (BackplaneUnavailableException e)
            {
                if (isFirst)
                {
                    LogNotReady(e);
                }

                await Task.Delay(Retry, time, cancellation);
            }
        }
    }

    private async Task CheckServerAsync(CancellationToken cancellation)
    {
        // Sections as they come: managed services refuse CONFIG GET, and INFO says the same.
        var info = (string)(await others.CallAsync(redis => redis.GetDatabase().ExecuteAsync("INFO"), cancellation))!;
        var version = RedisInfo.Value(info, "redis_version");
        if (!Version.TryParse(version, out var parsed) || parsed < OldestServer)
        {
            throw new RedisStartException(
                $"Redis:Configuration leads to a Redis {version}; Relay needs {OldestServer} or newer.");
        }

        // A node that is ready can append: no append waits for a connection that is not there yet.
        await appends.CallAsync(redis => redis.GetDatabase().PingAsync(CommandFlags.DemandMaster), cancellation);
        LogReached(version, node);
        if (RedisInfo.Value(info, "maxmemory_policy") is var policy
            && policy.StartsWith("allkeys", StringComparison.Ordinal))
        {
            LogMayEvict(policy);
        }

        if (RedisInfo.Value(info, "connected_slaves") == "0" && RedisInfo.Value(info, "aof_enabled") == "0")
        {
            LogMayForget();
        }
    }
}
