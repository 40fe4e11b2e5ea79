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
internal sealed partial class RedisLog : IDocumentLog
{
    // How many documents' last counts a partition keeps: far more than are written to between two checks; a node that
    // is behind further looks at all its documents.
    private const int MaxChanged = 4096;

    private readonly RedisBackplaneOptions options;
    private readonly ILogger logger;
    private readonly byte[] entryHead;
    private readonly byte[] largeEntryHead;
    private readonly byte[] savedHead;
    private readonly RedisValue orphanedAfter;
    private readonly RedisKeys keys;
    private readonly RedisConnection appends;
    private readonly RedisConnection others;
    private readonly RedisLogReader reader;
    private readonly RedisLogReader confirmingReader;
    private readonly ReplicaWaits replicas;

    /// <param name="appends">The connection of appends, which waits for replicas.</param>
    /// <param name="others">The connection of everything else.</param>
    /// <param name="reader">Reads through that one.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="options">How many replicas confirm, and how large entries are published.</param>
    /// <param name="node">This node's number, which stands before messages.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The backplane's logger.</param>
    public RedisLog(
        RedisConnection appends,
        RedisConnection others,
        RedisLogReader reader,
        RedisKeys keys,
        RedisBackplaneOptions options,
        ulong node,
        TimeProvider time,
        ILogger logger)
    {
        this.appends = appends;
        this.others = others;
        this.reader = reader;
        this.keys = keys;
        this.options = options;
        this.logger = logger;
        entryHead = RedisMessageHead.Encode(RedisMessageKind.Entry, node);
        largeEntryHead = RedisMessageHead.Encode(RedisMessageKind.EntryByPosition, node);
        savedHead = RedisMessageHead.Encode(RedisMessageKind.Saved, node);
        orphanedAfter = RedisNumber.Milliseconds(options.Jobs.OrphanedAfter);
        confirmingReader = new RedisLogReader(appends, keys, options);
        replicas = new ReplicaWaits(appends, keys, options, time);
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
            [names.Head, names.Entries, names.Ids, names.Jobs, names.Attempts, names.Problems, names.Claim],
            [
                RedisNumber.Text(saved.Epoch), RedisNumber.Text(saved.Offset), RedisEntry.Encode(saved.Id),
                RedisNumber.Text(trimThrough.Epoch), RedisNumber.Text(trimThrough.Offset),
                RedisEntry.Encode(trimThrough.Id), names.Name, names.ChannelName, savedHead, orphanedAfter,
                RedisNumber.Milliseconds(options.CoveredLogRetention), RedisChannels.PublishCommand,
            ],
            cancellation);
    }

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
            published, orphanedAfter, RedisChannels.PublishCommand, options.MinReplicas > 0, MaxChanged,
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
            LogNotPublished(e, names.Name);
        }
    }

    /// <summary>How many bytes of an entry are published: all, or those before a payload that is too large.</summary>
    private int PublishedLength(byte[] entry) =>
        RedisEntry.HeadLength(entry) is var head && entry.Length - head > options.MaxPublishedBytes
            ? head
            : entry.Length;
}
