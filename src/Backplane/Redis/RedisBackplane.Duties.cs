using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Relay.Backplane;

/// <summary>What runs in the background: the start's checks, and the duties after it.</summary>
public sealed partial class RedisBackplane
{
    private static readonly Version OldestServer = new(7, 0);
    private static readonly TimeSpan StartRetry = TimeSpan.FromMilliseconds(500);

    private async Task RunAsync(CancellationToken cancellation)
    {
        await Task.Yield();
        try
        {
            await StartAsync(cancellation);
            await Task.WhenAll(
                RepeatAsync(options.LogEndCheckInterval,
                    token => check.RunAsync(subscriptions.Partitions, token), cancellation),
                RepeatAsync(options.LogEndCheckInterval, orders.RunAsync, cancellation),
                RepeatAsync(options.LogRenewalInterval, renewal.RunAsync, cancellation),
                RepeatAsync(options.SettingsRenewalInterval, settings.RunAsync, cancellation),
                RepeatAsync(options.SettingsRenewalInterval, layout.FixPartitionsAsync, cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            started.TrySetCanceled(cancellation);
        }
        catch (RedisStartException e)
        {
            started.TrySetException(e);
            _ = started.Task.Exception;
        }
    }

    private async Task RepeatAsync(TimeSpan interval, Func<CancellationToken, Task> duty,
        CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(interval, time);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            try
            {
                await duty(cancellation);
            }
            catch (BackplaneUnavailableException e)
            {
                LogDutyWaits(logger, e);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // A bug; but without these duties lost messages would stay lost.
                LogDutyFailed(logger, e);
            }
        }
    }

    private async Task StartAsync(CancellationToken cancellation)
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

                started.TrySetResult();
                return;
            }
            catch (BackplaneUnavailableException e)
            {
                if (isFirst)
                {
                    LogNotReady(logger, e);
                }

                await Task.Delay(StartRetry, time, cancellation);
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

        // A node that is ready can append: nothing waits for a connection that is not there yet.
        await appends.CallAsync(redis => redis.GetDatabase().PingAsync(CommandFlags.DemandMaster), cancellation);
        LogReached(logger, version, node);
        if (RedisInfo.Value(info, "maxmemory_policy") is var policy
            && policy.StartsWith("allkeys", StringComparison.Ordinal))
        {
            LogMayEvict(logger, policy);
        }

        if (RedisInfo.Value(info, "connected_slaves") == "0" && RedisInfo.Value(info, "aof_enabled") == "0")
        {
            LogMayForget(logger);
        }
    }

    private void OnSubscriptionsRestored() => _ = InterruptAllAsync();

    private async Task InterruptAllAsync()
    {
        try
        {
            // The client has sent its subscriptions again; once this is answered, they count.
            await others.CallAsync(redis => redis.GetSubscriber().PingAsync(), stopping.Token);
        }
        catch (BackplaneUnavailableException)
        {
            // What a look now does not find yet, the log end check will.
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            return;
        }

        orders.Wake();
        foreach (var subscription in subscriptions.All)
        {
            subscription.Doubt();
            subscription.Interrupt();
        }
    }

    [LoggerMessage(BackplaneEventId.RedisReached, LogLevel.Information,
        "Reached Redis {Version}; this node is {Node:x16} there")]
    private static partial void LogReached(ILogger logger, string version, ulong node);

    [LoggerMessage(BackplaneEventId.RedisMayEvict, LogLevel.Warning,
        "Redis has maxmemory-policy {Policy}, which may evict logs with updates that no snapshot "
            + "covers; set noeviction")]
    private static partial void LogMayEvict(ILogger logger, string policy);

    [LoggerMessage(BackplaneEventId.RedisMayForget, LogLevel.Warning,
        "Redis has no replica and no append-only file: updates that no snapshot covers live in one process's memory "
            + "and in the nodes that hold the document")]
    private static partial void LogMayForget(ILogger logger);

    [LoggerMessage(BackplaneEventId.RedisNotReady, LogLevel.Warning, "Redis cannot be reached yet; looking for it")]
    private static partial void LogNotReady(ILogger logger, Exception exception);

    [LoggerMessage(BackplaneEventId.RedisNotPublished, LogLevel.Debug,
        "An entry of {Document} was confirmed and could not be published; the check of the log's end finds it")]
    private static partial void LogNotPublished(ILogger logger, Exception exception, string document);

    [LoggerMessage(BackplaneEventId.RedisDutyFailed, LogLevel.Error,
        "A duty of the Redis backplane failed; it is done again")]
    private static partial void LogDutyFailed(ILogger logger, Exception exception);

    [LoggerMessage(BackplaneEventId.RedisDutyWaits, LogLevel.Debug,
        "A duty of the Redis backplane could not be done; the next round does it")]
    private static partial void LogDutyWaits(ILogger logger, Exception exception);
}
