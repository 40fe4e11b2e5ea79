using Microsoft.Extensions.Logging;
using Relay.Yjs;
using StackExchange.Redis;

namespace Relay.Backplane;

/// <summary>The logs of documents in Redis: appends, reads and checkpoints. Thread-safe.</summary>
/// <remarks>
/// The script that stores an entry publishes it too, so an entry that a listener sees is in the log. Where replicas
/// have to confirm it, the entry is published after they have; an entry that was stored and not published is found by
/// <see cref="LogEndCheck"/>.
/// </remarks>
internal sealed class RedisLog : IDocumentLog
{
    private readonly RedisBackplaneOptions options;
    private readonly byte[] savedHead;
    private readonly RedisValue orphanedAfter;
    private readonly RedisKeys keys;
    private readonly RedisConnection others;
    private readonly RedisLogReader reader;
    private readonly RedisLogReader confirmingReader;
    private readonly ReplicaWaits replicas;
    private readonly AppendBatcher batcher;

    /// <param name="appends">The connection of appends, which waits for replicas.</param>
    /// <param name="direct">The direct connections; null if there are none.</param>
    /// <param name="others">The connection of everything else.</param>
    /// <param name="reader">Reads through that one.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="options">How many replicas confirm, and how large entries are published.</param>
    /// <param name="node">This node's number, which stands before messages.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The backplane's logger.</param>
    public RedisLog(
        RedisConnection appends,
        DirectConnections? direct,
        RedisConnection others,
        RedisLogReader reader,
        RedisKeys keys,
        RedisBackplaneOptions options,
        ulong node,
        TimeProvider time,
        ILogger logger)
    {
        this.others = others;
        this.reader = reader;
        this.keys = keys;
        this.options = options;
        savedHead = RedisMessageHead.Encode(RedisMessageKind.Saved, node);
        orphanedAfter = RedisNumber.Milliseconds(options.Jobs.OrphanedAfter);
        confirmingReader = new RedisLogReader(appends, keys, options);
        replicas = new ReplicaWaits(appends, keys, options, time);
        batcher = new AppendBatcher(
            new RedisAppendServer(appends, direct, replicas, options, node, logger), options.Loops);
    }

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
            [names.Head, names.Entries, names.Jobs, names.Attempts, names.Problems, names.Claim],
            [
                RedisNumber.Text(saved.Epoch), RedisNumber.Text(saved.Offset), RedisEntry.Encode(saved.Id),
                RedisNumber.Text(trimThrough.Epoch), RedisNumber.Text(trimThrough.Offset),
                RedisEntry.Encode(trimThrough.Id), names.Name, names.ChannelName, savedHead, orphanedAfter,
                RedisNumber.Milliseconds(options.CoveredLogRetention), RedisChannels.PublishCommand,
            ],
            cancellation);
    }

    private ValueTask<AppendResult> StoreAsync(
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
        return new ValueTask<AppendResult>(
            batcher.AppendAsync(new PendingAppend(names, epoch, entry, replaced), cancellation));
    }
}
