using Microsoft.Extensions.Logging;
using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// The backplane of several nodes: logs, channels and save jobs in Redis 7.0 or newer, alone, with replicas, or as a
/// cluster. All that belongs together is done by one script on keys of one hash tag, so it happens wholly or not at
/// all. Opens and closes the parts, which do the work. Thread-safe.
/// </summary>
/// <remarks>
/// Two connections: appends have their own, because a WAIT holds up what is sent behind it; the other carries
/// everything else and the subscriptions. Where the node has socket loops, these have connections of their own for
/// appends and entries, as long as Redis is one server that is reached without TLS
/// (<see cref="DirectConnections"/>); the two stay for all else, and for when those are lost. Duties run in the
/// background: <see cref="LogEndCheck"/>, the renewal of covered logs that are open here, keeping shared settings
/// known, orders to all nodes, and the upkeep of direct connections.
/// </remarks>
public sealed class RedisBackplane
    : IDocumentLog, IHolderChannel, ISaveJobs, INodeOrders, INodeReports, IAsyncDisposable
{
    private readonly RedisConnection appends;
    private readonly RedisConnection others;
    private readonly RedisLog log;
    private readonly RedisDocumentChannel channel;
    private readonly RedisJobs jobs;
    private readonly RedisOrders orders;
    private readonly RedisReports reports;
    private readonly RestoredSubscriptions restored;
    private readonly DirectUpkeep? upkeep;
    private readonly CancellationTokenSource stopping = new();
    private readonly CancellationToken stopped;
    private readonly TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task duties;

    private RedisBackplane(RedisBackplaneOptions options, ILogger<RedisBackplane> logger, TimeProvider time)
    {
        var node = ChannelNode.IdOf(options.Incarnation ?? Guid.NewGuid().ToString("n"));
        var keys = new RedisKeys(options.Prefix, options.Partitions);
        appends = new RedisConnection(options, "appends", time, logger, isForAppends: true);
        others = new RedisConnection(options, "channels", time, logger, isForAppends: false);
        var reader = new RedisLogReader(others, keys, options);
        var direct = options.Loops is { } loops
            ? new DirectConnections(others, options, loops, time, logger)
            : null;
        log = new RedisLog(appends, direct, others, reader, keys, options, node, time, logger);
        var check = new LogEndCheck(others, keys, options, time, logger);
        var subscriptions = new RedisSubscriptions(others, direct, keys, check, reader, node, logger);
        channel = new RedisDocumentChannel(others, keys, subscriptions, node);
        jobs = new RedisJobs(others, keys, options.Jobs, node);
        orders = new RedisOrders(others, keys, node, options.AnswerPatience, time, logger);
        reports = new RedisReports(others, keys);
        restored = new RestoredSubscriptions(others, subscriptions, orders);
        stopped = stopping.Token;
        upkeep = direct is null ? null : new DirectUpkeep(direct, subscriptions, stopped);
        others.SubscriptionsRestored += OnSubscriptionsRestored;
        others.CommandsRestored += orders.Wake;

        var settings = new SharedSettings(others, keys, options, logger);
        var layout = new RedisLayout(others, keys, options.Prefix);
        var start = new RedisStart(appends, others, layout, settings, node, time, logger);
        var renewal = new CoveredLogRenewal(others, subscriptions);
        var repeated = new RedisDuties(time, logger);
        duties = RunAsync(
            start,
            cancellation => Task.WhenAll(
                repeated.RepeatAsync(options.LogEndCheckInterval,
                    token => check.RunAsync(subscriptions.Partitions, token), cancellation),
                repeated.RepeatAsync(options.LogEndCheckInterval, orders.RunAsync, cancellation),
                upkeep?.RepeatAsync(repeated, cancellation) ?? Task.CompletedTask,
                repeated.RepeatAsync(options.LogRenewalInterval, renewal.RunAsync, cancellation),
                repeated.RepeatAsync(options.SettingsRenewalInterval, settings.RunAsync, cancellation),
                repeated.RepeatAsync(options.SettingsRenewalInterval, layout.FixPartitionsAsync, cancellation)),
            stopped);
    }

    /// <summary>Whether Redis was reached and checked, and is there now.</summary>
    public bool IsConnected => started.Task.IsCompletedSuccessfully && appends.IsConnected && others.IsConnected;

    /// <summary>
    /// Begins to look for Redis and returns at once, also when it is away; calls fail with
    /// <see cref="BackplaneUnavailableException"/> until it is there.
    /// </summary>
    public static RedisBackplane Open(RedisBackplaneOptions options, ILogger<RedisBackplane> logger, TimeProvider time)
    {
        options.Validate();
        return RedisConfiguration.Check(options.Configuration, options.User, options.Password) is { } wrong
            ? throw new RedisStartException(wrong)
            : new RedisBackplane(options, logger, time);
    }

    /// <summary>Completes when Redis was reached for the first time and is one that this node can work with.</summary>
    /// <exception cref="RedisStartException">It is not: too old, or the nodes that run there have other
    /// settings.</exception>
    public Task WhenConnectedAsync(CancellationToken cancellation) => started.Task.WaitAsync(cancellation);

    /// <inheritdoc />
    /// <remarks>
    /// With <see cref="RedisBackplaneOptions.MinReplicas"/> the answer comes, and the entry is published, when so many
    /// replicas have it.
    /// </remarks>
    public ValueTask<AppendResult> AppendAsync(
        DocumentName document, long epoch, LogEntry entry, CancellationToken cancellation) =>
        log.AppendAsync(document, epoch, entry, cancellation);

    /// <inheritdoc />
    public ValueTask<AppendResult> ReplaceAsync(
        DocumentName document, long epoch, Position end, LogEntry entry, CancellationToken cancellation) =>
        log.ReplaceAsync(document, epoch, end, entry, cancellation);

    /// <inheritdoc />
    /// <remarks>
    /// With <see cref="RedisBackplaneOptions.MinReplicas"/> entries are given out when so many replicas have them:
    /// a session that shows or acknowledges what is in the log can rely on it.
    /// </remarks>
    public ValueTask<LogReadResult> ReadAsync(
        DocumentName document, Position after, CancellationToken cancellation) =>
        log.ReadAsync(document, after, cancellation);

    /// <inheritdoc />
    public ValueTask CheckpointAsync(
        DocumentName document, Position saved, Position trimThrough, CancellationToken cancellation) =>
        log.CheckpointAsync(document, saved, trimThrough, cancellation);

    /// <inheritdoc />
    public ValueTask<IAsyncDisposable> SubscribeAsync(
        DocumentName document, IChannelListener listener, CancellationToken cancellation) =>
        channel.SubscribeAsync(document, listener, cancellation);

    /// <inheritdoc />
    public ValueTask PublishAwarenessAsync(
        DocumentName document, AwarenessKind kind, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        channel.PublishAwarenessAsync(document, kind, content, cancellation);

    /// <inheritdoc />
    public ValueTask PublishHolderAsync(
        DocumentName document,
        AwarenessKind kind,
        DocumentHolder holder,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellation) =>
        channel.PublishHolderAsync(document, kind, holder, content, cancellation);

    /// <inheritdoc />
    public ValueTask PublishStatelessAsync(
        DocumentName document, ulong sender, ReadOnlyMemory<byte> message, CancellationToken cancellation) =>
        channel.PublishStatelessAsync(document, sender, message, cancellation);

    /// <inheritdoc />
    public ValueTask<SaveClaim> ClaimAsync(
        DocumentName document, TimeSpan lease, CancellationToken cancellation) =>
        jobs.ClaimAsync(document, lease, cancellation);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<SaveJob>> ClaimOrphanedAsync(
        int most, TimeSpan lease, CancellationToken cancellation) =>
        jobs.ClaimOrphanedAsync(most, lease, cancellation);

    /// <inheritdoc />
    public ValueTask FailAsync(DocumentName document, string problem, CancellationToken cancellation) =>
        jobs.FailAsync(document, problem, cancellation);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<SaveJob>> ListAsync(int most, CancellationToken cancellation) =>
        jobs.ListAsync(most, cancellation);

    /// <inheritdoc />
    public IDisposable Listen(INodeOrderListener listener) => orders.Listen(listener);

    /// <inheritdoc />
    public ValueTask<OrderReceipt> GiveAsync(ReadOnlyMemory<byte> order, CancellationToken cancellation) =>
        orders.GiveAsync(order, cancellation);

    /// <inheritdoc />
    public ValueTask StoreAsync(
        string node, ReadOnlyMemory<byte> report, TimeSpan lifetime, CancellationToken cancellation) =>
        reports.StoreAsync(node, report, lifetime, cancellation);

    /// <inheritdoc />
    public ValueTask RemoveAsync(string node, CancellationToken cancellation) =>
        reports.RemoveAsync(node, cancellation);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> ListAsync(CancellationToken cancellation) =>
        reports.ListAsync(cancellation);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<string>> ListNodesAsync(CancellationToken cancellation) =>
        reports.ListNodesAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        if (stopping.IsCancellationRequested)
        {
            return;
        }

        await stopping.CancelAsync();
        await duties;
        others.SubscriptionsRestored -= OnSubscriptionsRestored;
        others.CommandsRestored -= orders.Wake;
        upkeep?.Dispose();
        await appends.DisposeAsync();
        await others.DisposeAsync();
        stopping.Dispose();
    }

    private async Task RunAsync(
        RedisStart start, Func<CancellationToken, Task> repeat, CancellationToken cancellation)
    {
        await Task.Yield();
        try
        {
            await start.RunAsync(cancellation);
            if (upkeep is not null)
            {
                await upkeep.BeginAsync();
            }

            started.TrySetResult();
            await repeat(cancellation);
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

    private void OnSubscriptionsRestored() => _ = restored.InterruptAllAsync(stopped);
}
