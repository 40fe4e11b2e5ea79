using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Relay.Backplane;

/// <summary>
/// A duty: finds appends that this node should have heard of and did not. A lost last message leaves no hole that the
/// next entry would show, so each partition counts its appends and keeps its documents scored by
/// that count; the check asks "what changed since n", which costs partitions and changes, not documents. Messages carry
/// the count, so documents that were heard are left alone. A restart or failover of the server may have lost entries
/// and grown past the old end: then every document of the partition must look.
/// </summary>
internal sealed partial class LogEndCheck(RedisConnection connection, RedisKeys keys, RedisBackplaneOptions options,
    TimeProvider time, ILogger logger)
{
    private const int AtOnce = 16;

    /// <summary>
    /// Takes down where the partition stands, if it is not being looked at already; before its first document is
    /// subscribed to.
    /// </summary>
    public async Task BeginAsync(RedisPartition partition, CancellationToken cancellation)
    {
        await partition.Turn.WaitAsync(cancellation);
        try
        {
            partition.Seen ??= PartitionState.Read(await AskAsync(partition, since: -1, cancellation));
        }
        finally
        {
            partition.Turn.Release();
        }
    }

    /// <summary>Looks at all partitions that have documents here.</summary>
    public Task RunAsync(IEnumerable<RedisPartition> partitions, CancellationToken cancellation) =>
        Parallel.ForEachAsync(partitions,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, RunAsync);

    private async ValueTask RunAsync(RedisPartition partition, CancellationToken cancellation)
    {
        List<(RedisSubscription Subscription, long Count)> unheard;
        await partition.Turn.WaitAsync(cancellation);
        try
        {
            if (partition.Subscriptions.IsEmpty)
            {
                partition.Seen = null;
                return;
            }

            unheard = partition.Seen is { } seen ? await LookAsync(partition, seen, cancellation) : [];
        }
        catch (BackplaneUnavailableException e)
        {
            LogCheckFailed(logger, e, partition.Number);
            return;
        }
        finally
        {
            partition.Turn.Release();
        }

        if (unheard.Count > 0)
        {
            // Their messages may be on the way.
            await Task.Delay(options.ChannelGrace, time, cancellation);
            foreach (var (subscription, count) in unheard.Where(one => one.Subscription.Heard < one.Count))
            {
                LogEntryUnheard(logger, subscription.Document);
                subscription.Miss(count);
                subscription.Interrupt();
            }
        }

        await RenewSubscriptionsAsync(partition, cancellation);
    }

    /// <summary>
    /// Subscribes again where the client could not, because Redis refused it when a connection was made anew, and where
    /// no message was heard for two checks although there were entries.
    /// </summary>
    private async Task RenewSubscriptionsAsync(RedisPartition partition, CancellationToken cancellation)
    {
        try
        {
            foreach (var (_, subscription) in partition.Subscriptions)
            {
                if (subscription.CheckIsLost() && await subscription.RenewAsync(cancellation))
                {
                    LogSubscriptionRenewed(logger, subscription.Document);
                    subscription.Interrupt();
                }
            }
        }
        catch (BackplaneUnavailableException e)
        {
            LogCheckFailed(logger, e, partition.Number);
        }
    }

    private async Task<List<(RedisSubscription Subscription, long Count)>> LookAsync(
        RedisPartition partition, PartitionState seen, CancellationToken cancellation)
    {
        var answer = await AskAsync(partition, seen.Count, cancellation);
        var state = PartitionState.Read(answer);
        var unheard = new List<(RedisSubscription Subscription, long Count)>();
        if (state.IsBrokenSince(seen))
        {
            LogPartitionInterrupted(logger, partition.Number);
            foreach (var subscription in partition.Subscriptions.Values)
            {
                // Counts begin anew, perhaps.
                subscription.Heard = 0;
                subscription.Doubt();
                subscription.Interrupt();
            }
        }
        else
        {
            for (var i = 4; i + 1 < answer.Length; i += 2)
            {
                if (partition.Subscriptions.TryGetValue((string)answer[i]!, out var subscription)
                    && (long)answer[i + 1] is var count && subscription.Heard < count)
                {
                    unheard.Add((subscription, count));
                }
            }
        }

        // Only now: a look that failed is made again from where it began.
        partition.Seen = state;
        return unheard;
    }

    private async Task<RedisResult[]> AskAsync(RedisPartition partition, long since, CancellationToken cancellation) =>
        (RedisResult[])(
            await connection.EvaluateAsync(RedisScript.Changes,
                [keys.Count(partition.Number), keys.Changed(partition.Number)],
                [since, RandomNumberGenerator.GetBytes(8)], cancellation))!;

    [LoggerMessage(BackplaneEventId.RedisPartitionInterrupted, LogLevel.Warning,
        "Redis restarted, failed over or lost entries: all documents of partition {Partition} look at their logs")]
    private static partial void LogPartitionInterrupted(ILogger logger, int partition);

    [LoggerMessage(BackplaneEventId.RedisEntryUnheard, LogLevel.Information,
        "The channel lost an entry of document {Document}, which is read from the log")]
    private static partial void LogEntryUnheard(ILogger logger, Yjs.DocumentName document);

    [LoggerMessage(
        BackplaneEventId.RedisSubscriptionRenewed,
        LogLevel.Warning,
        "The channel of document {Document} was not subscribed to any more, and is again")]
    private static partial void LogSubscriptionRenewed(ILogger logger, Yjs.DocumentName document);

    [LoggerMessage(BackplaneEventId.RedisCheckFailed, LogLevel.Debug,
        "Partition {Partition} could not be asked what changed; the next check does it")]
    private static partial void LogCheckFailed(ILogger logger, Exception exception, int partition);
}
