using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Relay.Backplane;

/// <summary>
/// Stores entries in Redis with one script a call, and waits for replicas where that is asked for.
/// </summary>
/// <param name="connection">The connection of appends.</param>
/// <param name="direct">The direct connections; null if there are none. They do not wait for replicas.</param>
/// <param name="replicas">Waits for replicas.</param>
/// <param name="options">How many replicas confirm, and how large entries are published.</param>
/// <param name="node">This node's number, which stands before messages.</param>
/// <param name="logger">The backplane's logger.</param>
internal sealed partial class RedisAppendServer(
    RedisConnection connection,
    DirectConnections? direct,
    ReplicaWaits replicas,
    RedisBackplaneOptions options,
    ulong node,
    ILogger logger) : IAppendServer
{
    // How many documents' last counts a partition keeps: far more than are written to between two checks; a node that
    // is behind further looks at all its documents.
    private const int MaxChanged = 4096;

    private readonly byte[] entryHead = RedisMessageHead.Encode(RedisMessageKind.Entry, node);
    private readonly byte[] largeEntryHead = RedisMessageHead.Encode(RedisMessageKind.EntryByPosition, node);
    private readonly RedisValue[] common =
    [
        RedisNumber.Milliseconds(options.Jobs.OrphanedAfter), RedisChannels.PublishCommand, options.MinReplicas > 0,
        MaxChanged, RedisMessageHead.Encode(RedisMessageKind.Entry, node),
        RedisMessageHead.Encode(RedisMessageKind.EntryByPosition, node),
    ];

    /// <inheritdoc />
    public bool TakesAllPartitions => connection.IsOneServer;

    /// <inheritdoc />
    public int Lanes => DirectOf(0) is null ? 1 : direct!.Count;

    /// <inheritdoc />
    public async Task<StoredAppends> StoreAsync(IReadOnlyList<PendingAppend> appends)
    {
        ReplicaToken? token = options.MinReplicas > 0
            ? await replicas.BeginAsync(appends[0].Names.Partition, CancellationToken.None)
            : null;
        byte[]? result;
        try
        {
            result = await EvaluateAsync(
                DirectOf(appends[0].Names.Partition),
                AppendScript.Keys(appends),
                AppendScript.Arguments(common, appends, options.MaxPublishedBytes));
        }
        catch (BackplaneUnavailableException e) when (IsRefusedForSlots(e) && AreOfSeveralPartitions(appends))
        {
            throw new PartitionsApartException(e);
        }

        return AppendScript.Read(result, appends.Count) is { } answers
            ? new StoredAppends(answers, token)
            : throw new BackplaneUnavailableException(
                "The append script answered with something else than its result.");
    }

    /// <inheritdoc />
    public async Task ConfirmAsync(IReadOnlyList<PendingAppend> appends, StoredAppends stored)
    {
        if (stored.Token is not { } token || !stored.Answers.Any(static answer => answer.IsStored))
        {
            return;
        }

        await ReplicaWaits.ConfirmAsync(token, appends[0].Names.Partition, CancellationToken.None);
        var published = new List<Task>(appends.Count);
        for (var i = 0; i < appends.Count; i++)
        {
            if (stored.Answers[i].IsStored)
            {
                published.Add(PublishAsync(appends[i], stored.Answers[i]));
            }
        }

        await Task.WhenAll(published);
    }

    private DirectConnection? DirectOf(int partition) => options.MinReplicas > 0 ? null : direct?.Of(partition);

    private async Task<byte[]?> EvaluateAsync(DirectConnection? open, RedisKey[] keys, RedisValue[] arguments)
    {
        if (open is not null)
        {
            try
            {
                return await open.EvaluateAsync(RedisScript.Append, keys, arguments);
            }
            catch (DirectRefusedException)
            {
                // Redis does not know the script, or is not the primary any more: the client sees to both.
            }
        }

        return (byte[]?)await connection.EvaluateAsync(RedisScript.Append, keys, arguments, CancellationToken.None);
    }

    /// <summary>
    /// Publishes what replicas have confirmed. Should that fail, listeners find the entry by the check of the log's
    /// end, like any message that was lost.
    /// </summary>
    private async Task PublishAsync(PendingAppend append, AppendAnswer answer)
    {
        // An earlier try that was stored is published under its own id.
        var entry = answer.Result.Position.Id == append.Entry.Id
            ? append.Bytes
            : RedisEntry.Encode(append.Entry with { Id = answer.Result.Position.Id });
        var published = AppendScript.PublishedLength(entry, options.MaxPublishedBytes);
        var head = published < entry.Length ? largeEntryHead : entryHead;
        var message = RedisEnvelope.Entry(head, answer.Result, answer.Count, entry.AsSpan(0, published));
        var channel = RedisChannels.Name(append.Names.ChannelName);
        try
        {
            await connection.CallAsync(
                redis => redis.GetDatabase().PublishAsync(channel, message), CancellationToken.None);
        }
        catch (BackplaneUnavailableException e)
        {
            LogNotPublished(e, append.Names.Name);
        }
    }

    /// <summary>By the server, or by the client that has noticed meanwhile that it is one of a cluster.</summary>
    private static bool IsRefusedForSlots(BackplaneUnavailableException exception) => exception.InnerException switch
    {
        RedisServerException refusal => refusal.Message.StartsWith("CROSSSLOT", StringComparison.Ordinal),
        RedisCommandException refusal => refusal.Message.Contains("single slot", StringComparison.Ordinal),
        _ => false,
    };

    private static bool AreOfSeveralPartitions(IReadOnlyList<PendingAppend> appends) =>
        appends.Any(append => append.Names.Partition != appends[0].Names.Partition);
}
