namespace Relay.Backplane;

/// <summary>
/// Tells the listeners of this node whose subscriptions are the client's that messages may have been lost, once the
/// subscriptions count again.
/// </summary>
internal sealed class RestoredSubscriptions(
    RedisConnection connection, RedisSubscriptions subscriptions, RedisOrders orders)
{
    public async Task InterruptAllAsync(CancellationToken cancellation)
    {
        try
        {
            // The client has sent its subscriptions again; once this is answered, they count.
            await connection.CallAsync(redis => redis.GetSubscriber().PingAsync(), cancellation);
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
        foreach (var subscription in subscriptions.All.Where(static subscription => !subscription.IsDirect))
        {
            subscription.Doubt();
            subscription.Interrupt();
        }
    }
}
