using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Relay.Backplane;

/// <summary>
/// One connection to Redis (to each server of it), opened in the background. Every call has a deadline; what fails,
/// fails as <see cref="BackplaneUnavailableException"/>.
/// </summary>
internal sealed partial class RedisConnection : IAsyncDisposable
{
    private readonly RedisBackplaneOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly string purpose;
    private readonly bool isForAppends;
    private readonly CommandFlags scriptFlags;
    private readonly Task<ConnectionMultiplexer> opening;
    private readonly CancellationTokenSource closing = new();

    /// <summary>The scripts whose text some server has taken.</summary>
    private readonly ConcurrentDictionary<RedisScript, bool> sent = new();
    private int isLost;

    /// <summary>Null until a server was reached.</summary>
    private bool? isOneServer;

    /// <param name="options">How Redis is reached.</param>
    /// <param name="purpose">What the connection is for, as the logs and Redis' list of clients say it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told of losses.</param>
    /// <param name="isForAppends">
    /// Whether it carries appends, and no subscriptions. Where replicas are asked for what was appended, no script is
    /// carried out by another server than the one that it was sent to.
    /// </param>
    public RedisConnection(
        RedisBackplaneOptions options, string purpose, TimeProvider time, ILogger logger, bool isForAppends)
    {
        this.isForAppends = isForAppends;
        var isConfirmed = isForAppends && options.MinReplicas > 0;
        scriptFlags = CommandFlags.DemandMaster | (isConfirmed ? CommandFlags.NoRedirect : CommandFlags.None);
        this.options = options;
        this.purpose = purpose;
        this.time = time;
        this.logger = logger;
        opening = OpenAsync();
    }

    /// <summary>The connection that carries subscriptions is back; what was published meanwhile is lost.</summary>
    public event Action? SubscriptionsRestored;

    /// <summary>
    /// Commands can be sent again after the connection for them was lost. It and the one for subscriptions come back in
    /// any order.
    /// </summary>
    public event Action? CommandsRestored;

    public bool IsConnected => opening.IsCompletedSuccessfully && opening.Result.IsConnected;

    /// <summary>
    /// Whether one server has all keys, whatever replicas it has. False until one was reached: the client takes a
    /// server for such a one before.
    /// </summary>
    public bool IsOneServer
    {
        get
        {
            if (!isOneServer.HasValue && IsConnected)
            {
                isOneServer = opening.Result.GetServers()
                    .All(static server => !server.IsConnected || server.ServerType == ServerType.Standalone);
            }

            return isOneServer == true;
        }
    }

    /// <summary>Whether the client has a subscription to the channel on a connection that is there.</summary>
    public bool IsSubscribed(RedisChannel channel) =>
        opening.IsCompletedSuccessfully && opening.Result.GetSubscriber().IsConnected(channel);

    /// <summary>
    /// Evaluates a script. Its text is sent for the first time, and to a server that does not know it (after SCRIPT
    /// FLUSH or a failover) and has done nothing therefore.
    /// </summary>
    public async Task<RedisResult> EvaluateAsync(RedisScript script, RedisKey[] keys, RedisValue[] arguments,
        CancellationToken cancellation)
    {
        try
        {
            if (sent.ContainsKey(script))
            {
                return await CallAsync(
                    redis => redis.GetDatabase().ScriptEvaluateAsync(script.Hash, keys, arguments, scriptFlags),
                    cancellation);
            }
        }
        catch (BackplaneUnavailableException e) when (e.InnerException is RedisServerException
            && e.InnerException.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            // Below.
        }

        const CommandFlags Whole = CommandFlags.NoScriptCache;
        var result = await CallAsync(
            redis => redis.GetDatabase().ScriptEvaluateAsync(script.Text, keys, arguments, scriptFlags | Whole),
            cancellation);
        sent.TryAdd(script, true);
        return result;
    }

    /// <summary>Where <see cref="DirectConnection"/>s are to be made to; null if they are not to be made.</summary>
    /// <exception cref="BackplaneUnavailableException">No server is reached.</exception>
    public DirectTarget? FindDirectTarget() => IsConnected
        ? DirectTarget.Find(RedisConfiguration.Read(options), opening.Result)
        : throw new BackplaneUnavailableException($"Redis is not reached ({purpose}).");

    /// <summary>Makes a call under the deadline.</summary>
    /// <exception cref="BackplaneUnavailableException">It failed, or was not answered in time: its outcome is
    /// unknown.</exception>
    public async Task<T> CallAsync<T>(Func<ConnectionMultiplexer, Task<T>> call, CancellationToken cancellation)
    {
        Task<T>? answer = null;
        try
        {
            var redis = opening.IsCompletedSuccessfully
                ? await opening
                : await opening.WaitAsync(options.Deadline, time, cancellation);
            answer = call(redis);
            return await answer.WaitAsync(options.Deadline, time, cancellation);
        }
        catch (Exception e) when (e is not (OperationCanceledException or BackplaneUnavailableException)
            || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new BackplaneUnavailableException($"Redis did not answer ({purpose}): {e.Message}", e);
        }
        finally
        {
            if (answer is { IsCompleted: false })
            {
                // Nobody waits for it any more: it may fail unseen.
                _ = answer.ContinueWith(static late => late.Exception, CancellationToken.None,
                    TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Default);
            }
        }
    }

    /// <summary>Makes a call that answers nothing under the deadline.</summary>
    public Task CallAsync(Func<ConnectionMultiplexer, Task> call, CancellationToken cancellation) =>
        CallAsync(
            async redis =>
            {
                await call(redis);
                return true;
            },
            cancellation);

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        try
        {
            var redis = await opening.WaitAsync(options.Deadline, time);
            redis.ConnectionFailed -= OnFailed;
            redis.ConnectionRestored -= OnRestored;
            await redis.CloseAsync(allowCommandsToComplete: false).WaitAsync(options.Deadline, time);
            await redis.DisposeAsync().AsTask().WaitAsync(options.Deadline, time);
        }
        catch (Exception e) when (
            e is TimeoutException or RedisException or ObjectDisposedException or OperationCanceledException)
        {
            LogCloseFailed(logger, e, purpose);
        }
    }

    private async Task<ConnectionMultiplexer> OpenAsync()
    {
        var configuration = RedisConfiguration.Read(options);

        // A Redis that is away must not stop the start; it is looked for until it is there.
        configuration.AbortOnConnectFail = false;
        configuration.ClientName = $"relay {purpose}";
        configuration.ReconnectRetryPolicy = new LinearRetry(500);

        // What is not sent when the connection breaks fails. Sent later, perhaps to a replica that took over, an append
        // would land in another history than the one that it was meant for.
        configuration.BacklogPolicy = BacklogPolicy.FailFast;

        if (isForAppends)
        {
            // Without it the client has no use for a second connection to each server, the one for subscriptions. The
            // other client needs that one from the start: a subscription does not wait until it is made.
            configuration.ConfigurationChannel = "";
        }

        // The client takes INFO and CLIENT for administration, and refuses them otherwise. It asks Redis for nothing
        // more; what the user may do is for Redis to say.
        configuration.AllowAdmin = true;
        if (!RedisConfiguration.Has(options.Configuration, "configCheckSeconds"))
        {
            // Who is primary now: without, the client looks once a minute.
            configuration.ConfigCheckSeconds = 2;
        }

        // Connecting looks up names and may take its time: not on the caller's thread.
        await Task.Yield();
        while (true)
        {
            try
            {
                var redis = await ConnectionMultiplexer.ConnectAsync(configuration);
                redis.ConnectionFailed += OnFailed;
                redis.ConnectionRestored += OnRestored;
                return redis;
            }
            catch (Exception e) when (!closing.IsCancellationRequested)
            {
                // Whatever the client throws, a sentinel that knows no primary yet or a name that is not known: a
                // connection that is given up would leave the node without Redis for ever.
                LogOpenFailed(logger, e, purpose);
                await Task.Delay(TimeSpan.FromSeconds(1), time, closing.Token);
            }
        }
    }

    private void OnFailed(object? sender, ConnectionFailedEventArgs e)
    {
        if (Interlocked.Exchange(ref isLost, 1) == 0)
        {
            LogLost(logger, e.Exception, purpose, e.FailureType.ToString());
        }
    }

    private void OnRestored(object? sender, ConnectionFailedEventArgs e)
    {
        if (Interlocked.Exchange(ref isLost, 0) == 1)
        {
            LogRestored(logger, purpose);
        }

        if (e.ConnectionType == ConnectionType.Subscription)
        {
            SubscriptionsRestored?.Invoke();
        }
        else
        {
            CommandsRestored?.Invoke();
        }
    }

    [LoggerMessage(BackplaneEventId.RedisLost, LogLevel.Warning, "Lost the connection to Redis ({Purpose}): {Failure}")]
    private static partial void LogLost(ILogger logger, Exception? exception, string purpose, string failure);

    [LoggerMessage(BackplaneEventId.RedisRestored, LogLevel.Information, "The connection to Redis is back ({Purpose})")]
    private static partial void LogRestored(ILogger logger, string purpose);

    [LoggerMessage(BackplaneEventId.RedisOpenFailed, LogLevel.Warning,
        "Redis cannot be looked for ({Purpose}); trying again")]
    private static partial void LogOpenFailed(ILogger logger, Exception exception, string purpose);

    [LoggerMessage(BackplaneEventId.RedisCloseFailed, LogLevel.Debug,
        "The connection to Redis did not close in order ({Purpose})")]
    private static partial void LogCloseFailed(ILogger logger, Exception exception, string purpose);
}
