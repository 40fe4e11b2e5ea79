using System.Globalization;
using Microsoft.Extensions.Logging;
using Relay.Yjs;
using StackExchange.Redis;

namespace Relay.Backplane;

/// <summary>
/// The backplane of several nodes: logs, channels and save jobs in Redis 7.0 or newer, alone, with replicas, or as a
/// cluster. All that belongs together is done by one script on keys of one hash tag, so it happens wholly or not at
/// all. Thread-safe.
/// </summary>
/// <remarks>
/// Two connections: appends have their own, because a WAIT holds up what is sent behind it; the other carries
/// everything else and the subscriptions. Duties run in the background: <see cref="LogEndCheck"/>, the renewal of
/// covered logs that are open here, keeping shared settings known, and orders to all nodes.
/// </remarks>
public sealed partial class RedisBackplane
    : IDocumentLog, IDocumentChannel, ISaveJobs, INodeOrders, INodeReports, IAsyncDisposable
{
    // How many documents' last counts a partition keeps: far more than are written to between two checks; a node that
    // is behind further looks at all its documents.
    private const int MaxChanged = 4096;

    private readonly RedisBackplaneOptions options;
    private readonly ILogger<RedisBackplane> logger;
    private readonly TimeProvider time;
    private readonly ulong node;
    private readonly byte[] entryHead;
    private readonly byte[] largeEntryHead;
    private readonly byte[] savedHead;
    private readonly RedisValue forgottenAfter;
    private readonly RedisKeys keys;
    private readonly RedisConnection appends;
    private readonly RedisConnection others;
    private readonly RedisSubscriptions subscriptions;
    private readonly RedisLogReader reader;
    private readonly RedisLogReader confirmingReader;
    private readonly ReplicaWaits replicas;
    private readonly LogEndCheck check;
    private readonly CoveredLogRenewal renewal;
    private readonly RedisLayout layout;
    private readonly SharedSettings settings;
    private readonly RedisOrders orders;
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task duties;

    private RedisBackplane(RedisBackplaneOptions options, ILogger<RedisBackplane> logger, TimeProvider time)
    {
        this.options = options;
        this.logger = logger;
        this.time = time;
        node = ChannelNode.IdOf(options.Incarnation ?? Guid.NewGuid().ToString("n"));
        entryHead = RedisMessageHead.Encode(RedisMessageKind.Entry, node);
        largeEntryHead = RedisMessageHead.Encode(RedisMessageKind.EntryByPosition, node);
        savedHead = RedisMessageHead.Encode(RedisMessageKind.Saved, node);
        forgottenAfter = Milliseconds(options.Jobs.ForgottenAfter);
        keys = new RedisKeys(options.Prefix);
        appends = new RedisConnection(options, "appends", time, logger, isForAppends: true);
        others = new RedisConnection(options, "channels", time, logger, isForAppends: false);
        reader = new RedisLogReader(others, keys, options);
        confirmingReader = new RedisLogReader(appends, keys, options);
        replicas = new ReplicaWaits(appends, keys, options, time);
        check = new LogEndCheck(others, keys, options, time, logger);
        subscriptions = new RedisSubscriptions(others, keys, check, reader, node, logger);
        renewal = new CoveredLogRenewal(others, subscriptions);
        layout = new RedisLayout(others, keys);
        settings = new SharedSettings(others, keys, options, logger);
        orders = new RedisOrders(others, keys, node, options.AnswerPatience, time, logger);
        others.SubscriptionsRestored += OnSubscriptionsRestored;
        others.CommandsRestored += orders.Wake;
        duties = RunAsync(stopping.Token);
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
        StoreAsync(document, epoch, entry, replaced: null, cancellation);

    /// <inheritdoc />
    public ValueTask<AppendResult> ReplaceAsync(
        DocumentName document, long epoch, Position end, LogEntry entry, CancellationToken cancellation) =>
        StoreAsync(document, epoch, entry, end, cancellation);

    /// <inheritdoc />
    /// <remarks>
    /// With <see cref="RedisBackplaneOptions.MinReplicas"/> entries are given out when so many replicas have them:
    /// whoever shows or acknowledges what is in the log can rely on it.
    /// </remarks>
    public async ValueTask<LogReadResult> ReadAsync(DocumentName document, Position after,
        CancellationToken cancellation)
    {
        var names = keys.Of(document);
        cancellation.ThrowIfCancellationRequested();
        if (options.MinReplicas == 0)
        {
            return await reader.ReadAsync(document, after, cancellation);
        }

        var token = await replicas.BeginAsync(names.Partition, cancellation);
        var result = await confirmingReader.ReadAsync(document, after, cancellation);
        if (result.Entries.Count > 0)
        {
            await ReplicaWaits.ConfirmAsync(token, names.Partition, cancellation);
        }

        return result;
    }

    /// <inheritdoc />
    public async ValueTask CheckpointAsync(DocumentName document, Position saved, Position trimThrough,
        CancellationToken cancellation)
    {
        var names = keys.Of(document);
        cancellation.ThrowIfCancellationRequested();
        await others.EvaluateAsync(
            RedisScript.Checkpoint,
            [names.Head, names.Entries, names.Ids, names.Jobs, names.Attempts, names.Problems, names.Claim],
            [
                Text(saved.Epoch), Text(saved.Offset), RedisEntry.Encode(saved.Id), Text(trimThrough.Epoch),
                    Text(trimThrough.Offset), RedisEntry.Encode(trimThrough.Id),
                names.Name, names.ChannelName, savedHead, forgottenAfter, Milliseconds(options.CoveredLogRetention),
                    RedisChannels.PublishCommand,
            ],
            cancellation);
    }

    /// <inheritdoc />
    public ValueTask<IAsyncDisposable> SubscribeAsync(DocumentName document, IChannelListener listener,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(listener);
        _ = document.Value;
        cancellation.ThrowIfCancellationRequested();
        return subscriptions.JoinAsync(document, listener, cancellation);
    }

    /// <inheritdoc />
    public async ValueTask PublishAwarenessAsync(
        DocumentName document, AwarenessKind kind, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        var channel = RedisChannels.Name(keys.Of(document).ChannelName);
        cancellation.ThrowIfCancellationRequested();
        var message = RedisEnvelope.Awareness(node, kind, content.Span);
        await others.CallAsync(redis => redis.GetDatabase().PublishAsync(channel, message), cancellation);
    }

    /// <inheritdoc />
    public async ValueTask PublishStatelessAsync(DocumentName document, ulong sender, ReadOnlyMemory<byte> message,
        CancellationToken cancellation)
    {
        var channel = RedisChannels.Name(keys.Of(document).ChannelName);
        cancellation.ThrowIfCancellationRequested();
        var envelope = RedisEnvelope.Stateless(node, sender, message.Span);
        await others.CallAsync(redis => redis.GetDatabase().PublishAsync(channel, envelope), cancellation);
    }

    /// <inheritdoc />
    public IDisposable Listen(INodeOrderListener listener) => orders.Listen(listener);

    /// <inheritdoc />
    public ValueTask<OrderReceipt> GiveAsync(ReadOnlyMemory<byte> order, CancellationToken cancellation) =>
        orders.GiveAsync(order, cancellation);

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
        await appends.DisposeAsync();
        await others.DisposeAsync();
        stopping.Dispose();
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Milliseconds(TimeSpan time) => Text((long)time.TotalMilliseconds);

    private async ValueTask<AppendResult> StoreAsync(
        DocumentName document, long epoch, LogEntry entry, Position? replaced, CancellationToken cancellation)
    {
        var names = keys.Of(document);
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(epoch, 1L << 53);
        if (!entry.IsWhole)
        {
            throw new ArgumentException(
                "A log entry needs an id, a kind, and a payload that the kind has.", nameof(entry));
        }

        cancellation.ThrowIfCancellationRequested();
        var bytes = RedisEntry.Encode(entry);
        if (options.MinReplicas == 0)
        {
            return (await StoreAsync(names, epoch, bytes, replaced, entry.Earlier, cancellation)).Result;
        }

        var token = await replicas.BeginAsync(names.Partition, cancellation);
        var (result, count) = await StoreAsync(names, epoch, bytes, replaced, entry.Earlier, cancellation);
        if (result.Outcome != AppendOutcome.OtherEpoch)
        {
            if (result.Position.Id != entry.Id)
            {
                // An earlier try was stored: it is published under its own id.
                bytes = RedisEntry.Encode(entry with { Id = result.Position.Id });
            }

            await ReplicaWaits.ConfirmAsync(token, names.Partition, cancellation);
            await PublishAsync(names, result, count, bytes, cancellation);
        }

        return result;
    }

    private async Task<(AppendResult Result, long Count)> StoreAsync(
        RedisKeys.DocumentKeys names, long epoch, byte[] entry, Position? replaced, ReadOnlyMemory<EntryId> earlier,
        CancellationToken cancellation)
    {
        var published = PublishedLength(entry);
        RedisValue[] arguments =
        [
            epoch, entry, names.Name, names.ChannelName, published < entry.Length ? largeEntryHead : entryHead,
            published, forgottenAfter, RedisChannels.PublishCommand, options.MinReplicas > 0, MaxChanged,
        ];
        var answer = (byte[]?)await appends.EvaluateAsync(
            RedisScript.Append,
            [names.Head, names.Entries, names.Ids, names.Count, names.Changed, names.Jobs],
            replaced switch
            {
                null when earlier.IsEmpty => arguments,
                null => [.. arguments, RedisValue.EmptyString, RedisValue.EmptyString, RedisEntry.Encode(earlier.Span)],
                { IsNone: true } => [.. arguments, true],
                { } end => [.. arguments, true, RedisEntry.Encode(end.Id)],
            },
            cancellation);
        return RedisEnvelope.Appended(answer)
            ?? throw new BackplaneUnavailableException(
                "The append script answered with something else than its result.");
    }

    /// <summary>
    /// Publishes what replicas have confirmed. Should that fail, listeners find the entry by the check of the log's
    /// end, like any message that was lost.
    /// </summary>
    private async Task PublishAsync(RedisKeys.DocumentKeys names, AppendResult stored, long count, byte[] entry,
        CancellationToken cancellation)
    {
        var published = PublishedLength(entry);
        var head = published < entry.Length ? largeEntryHead : entryHead;
        var message = RedisEnvelope.Entry(head, stored, count, entry.AsSpan(0, published));
        var channel = RedisChannels.Name(names.ChannelName);
        try
        {
            await appends.CallAsync(redis => redis.GetDatabase().PublishAsync(channel, message), cancellation);
        }
        catch (BackplaneUnavailableException e)
        {
            LogNotPublished(logger, e, names.Name);
        }
    }

    /// <summary>How many bytes of an entry are published: all, or those before a payload that is too large.</summary>
    private int PublishedLength(byte[] entry) =>
        RedisEntry.HeadLength(entry) is var head && entry.Length - head > options.MaxPublishedBytes
            ? head
            : entry.Length;
}
