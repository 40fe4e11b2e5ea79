using Relay.Yjs;
using StackExchange.Redis;

namespace Relay.Backplane;

/// <summary>
/// This node's subscription to one document's channel: making, ending and renewing it, and the signs that messages were
/// lost. Messages are handed to the <see cref="RedisInbox"/>.
/// </summary>
/// <remarks>
/// It is made through the <see cref="DirectConnection"/> for the document, or through the client where there is none or
/// where that one refuses it.
/// </remarks>
internal sealed class RedisSubscription(DocumentName document, RedisKeys.DocumentKeys keys, ulong node,
    RedisConnection connection, DirectConnections? direct, RedisInbox inbox)
{
    // After so many entries that were found in the log only, the subscription counts as lost. One message may be late
    // on a busy machine.
    private const int MaxMisses = 2;

    private readonly RedisChannel channel = RedisChannels.Name(keys.ChannelName);
    private bool isSubscribed;
    private long heard;
    private int misses;
    private volatile bool isDoubtful;

    /// <summary>What it is made through; null for the client.</summary>
    private volatile DirectConnection? through;

    /// <summary>What did not bring entries that the log has.</summary>
    private volatile DirectConnection? avoided;

    public DocumentName Document { get; } = document;

    public RedisKeys.DocumentKeys Keys { get; } = keys;

    /// <summary>One subscribing or unsubscribing at a time.</summary>
    public SemaphoreSlim Turn { get; } = new(1);

    /// <summary>Under <see cref="Turn"/>: whether it has ended, so that another must be made.</summary>
    public bool IsClosed { get; private set; }

    public ChannelListeners Listeners => inbox.Listeners;

    /// <summary>Whether it does not depend on the client's connection.</summary>
    public bool IsDirect => through is not null;

    /// <summary>Whether it is made through something else than it would be now.</summary>
    public bool IsMisplaced => isSubscribed && through != Best;

    private DirectConnection? Best =>
        direct?.Of(Keys.Partition) is { } open && open != avoided ? open : null;

    /// <summary>The partition's count at the last entry heard.</summary>
    public long Heard
    {
        get => Interlocked.Read(ref heard);
        set => Interlocked.Exchange(ref heard, value);
    }

    /// <summary>Under <see cref="Turn"/>: subscribes to the channel, if that is not done.</summary>
    /// <exception cref="BackplaneUnavailableException">Redis does not answer, or refuses it.</exception>
    public async Task SubscribeAsync(CancellationToken cancellation)
    {
        if (!isSubscribed)
        {
            await MakeSubscriptionAsync(cancellation);
        }
    }

    /// <summary>
    /// Under <see cref="Turn"/>: ends the subscription for good, also one that could not be made, because the client
    /// would make it when it is connected again.
    /// </summary>
    /// <exception cref="BackplaneUnavailableException">Redis does not answer; the subscription is closed all the
    /// same.</exception>
    public async Task CloseAsync()
    {
        IsClosed = true;
        await UnsubscribeAsync(CancellationToken.None);
    }

    /// <summary>
    /// Notes that the client had to subscribe again, which it does without looking at the answers.
    /// </summary>
    public void Doubt() => isDoubtful = true;

    /// <summary>
    /// Whether the channel is not subscribed to although it should be, as far as can be told from here.
    /// </summary>
    public bool CheckIsLost()
    {
        var used = through;
        if (Volatile.Read(ref misses) >= MaxMisses)
        {
            avoided = used;
            return true;
        }

        // Most subscriptions are not asked: a look at the client's subscriptions for every document would add up. Those
        // through a connection that has ended are moved by DirectUpkeep.
        return isDoubtful && (isDoubtful = used is null && isSubscribed && !connection.IsSubscribed(channel));
    }

    /// <summary>
    /// Notes that the log has an entry, the partition's <paramref name="count"/>th, that was not heard.
    /// </summary>
    public void Miss(long count)
    {
        Heard = count;
        Interlocked.Increment(ref misses);
    }

    /// <summary>Subscribes again; false if the subscription has ended or was never made.</summary>
    /// <exception cref="BackplaneUnavailableException">Redis does not answer, or refuses it.</exception>
    public async Task<bool> RenewAsync(CancellationToken cancellation)
    {
        Volatile.Write(ref misses, 0);
        isDoubtful = true;
        var isRenewed = false;
        await Turn.WaitAsync(cancellation);
        try
        {
            if (!IsClosed && isSubscribed)
            {
                // The client does not ask Redis for a subscription that it believes to have: it must forget it first.
                await UnsubscribeAsync(cancellation);
                await MakeSubscriptionAsync(cancellation);
                isRenewed = true;
            }
        }
        finally
        {
            Turn.Release();
        }

        isDoubtful = false;
        return isRenewed;
    }

    /// <summary>Tells the listeners that something may be missing.</summary>
    public void Interrupt() => inbox.Interrupt();

    /// <summary>Takes a message; called by the client, one at a time.</summary>
    private void Take(byte[] message)
    {
        Volatile.Write(ref misses, 0);
        if (!RedisMessageHead.TryRead(message, out var head))
        {
            inbox.Refuse("is no message of this version");
            return;
        }

        if (head.Node == node && RedisEnvelope.AwarenessKindOf(head.Kind) is not null)
        {
            return;
        }

        if (RedisEnvelope.TryReadCount(message, head, out var count))
        {
            Heard = count;
        }

        inbox.Take(message, head);
    }

    private async Task MakeSubscriptionAsync(CancellationToken cancellation)
    {
        if (Best is { } best && await TrySubscribeAsync(best))
        {
            isSubscribed = true;
            return;
        }

        await connection.CallAsync(
            redis => RedisChannels.SubscribeAsync(redis.GetSubscriber(), channel, Take), cancellation);
        isSubscribed = true;

        // The client does not throw for a subscription that it could not make: it remembers it, and makes it later.
        if (!connection.IsSubscribed(channel))
        {
            throw new BackplaneUnavailableException("Redis is not there to subscribe to a document's channel.");
        }
    }

    private async Task<bool> TrySubscribeAsync(DirectConnection open)
    {
        try
        {
            await open.SubscribeAsync(Keys.ChannelName, Take);
            through = open;
            if (!open.IsOpen)
            {
                // Those that it carried are moved already, perhaps.
                through = null;
            }

            return through is not null;
        }
        catch (Exception e) when (e is DirectRefusedException or BackplaneUnavailableException)
        {
            return false;
        }
    }

    private Task UnsubscribeAsync(CancellationToken cancellation)
    {
        if (through is { } open)
        {
            through = null;
            open.Unsubscribe(Keys.ChannelName);
            return Task.CompletedTask;
        }

        return connection.CallAsync(
            redis => RedisChannels.UnsubscribeAsync(redis.GetSubscriber(), channel), cancellation);
    }
}
