using Microsoft.Extensions.Logging;
using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// The documents that this node listens to: one subscription a document, however many listeners it has.
/// </summary>
internal sealed partial class RedisSubscriptions(RedisConnection connection, DirectConnections? direct, RedisKeys keys,
    LogEndCheck check, RedisLogReader reader, ulong node, ILogger logger)
{
    /// <summary>By number.</summary>
    public IReadOnlyList<RedisPartition> Partitions { get; } = [
        .. Enumerable.Range(0, keys.Partitions).Select(number => new RedisPartition(number))];

    /// <summary>All subscriptions of this moment.</summary>
    public IEnumerable<RedisSubscription> All => Partitions.SelectMany(partition => partition.Subscriptions.Values);

    public async ValueTask<IAsyncDisposable> JoinAsync(DocumentName document, IChannelListener listener,
        CancellationToken cancellation)
    {
        var names = keys.Of(document);
        var partition = Partitions[names.Partition];
        while (true)
        {
            var subscription = partition.Subscriptions.GetOrAdd(names.Name,
                static (_, made) => made.Subscriptions.Make(made.Document, made.Keys),
                (Subscriptions: this, Document: document, Keys: names));
            await subscription.Turn.WaitAsync(cancellation);
            try
            {
                if (subscription.IsClosed)
                {
                    continue;
                }

                try
                {
                    // The count first: what is appended after it and not heard is found by the next check.
                    await check.BeginAsync(partition, cancellation);
                    await subscription.SubscribeAsync(cancellation);
                    subscription.Listeners.Add(listener);
                    return new ChannelSubscription(() => new ValueTask(LeaveAsync(subscription, listener)));
                }
                catch when (subscription.Listeners.IsEmpty)
                {
                    await CloseAsync(subscription);
                    throw;
                }
            }
            finally
            {
                subscription.Turn.Release();
            }
        }
    }

    private RedisSubscription Make(DocumentName document, RedisKeys.DocumentKeys names)
    {
        var inbox = new RedisInbox(
            document, node, entry => reader.ReadEntryAsync(document, entry, CancellationToken.None), logger);
        return new RedisSubscription(document, names, node, connection, direct, inbox);
    }

    private async Task LeaveAsync(RedisSubscription subscription, IChannelListener listener)
    {
        await subscription.Turn.WaitAsync();
        try
        {
            subscription.Listeners.Remove(listener);
            if (subscription.Listeners.IsEmpty && !subscription.IsClosed)
            {
                await CloseAsync(subscription);
            }
        }
        finally
        {
            subscription.Turn.Release();
        }
    }

    private async Task CloseAsync(RedisSubscription subscription)
    {
        try
        {
            await subscription.CloseAsync();
        }
        catch (BackplaneUnavailableException e)
        {
            LogUnsubscribeFailed(logger, e, subscription.Document);
        }

        // Only now: a subscription that another makes for the document meanwhile would lose its subscription to this
        // unsubscribing, which ends all listening to the channel.
        Partitions[subscription.Keys.Partition].Subscriptions.TryRemove(subscription.Keys.Name, out _);
    }

    [LoggerMessage(BackplaneEventId.RedisUnsubscribeFailed, LogLevel.Debug,
        "Unsubscribing from document {Document} failed")]
    private static partial void LogUnsubscribeFailed(ILogger logger, Exception exception, DocumentName document);
}
