namespace Relay.Backplane;

/// <summary>One listener's stay in a room; ended once, however often it is disposed.</summary>
internal sealed class RedisSubscription(RedisRooms rooms, RedisRoom room, IChannelListener listener) : IAsyncDisposable
{
    private int ended;

    public ValueTask DisposeAsync() =>
        Interlocked.Exchange(ref ended, 1) == 0
        ? new ValueTask(rooms.LeaveAsync(room, listener))
        : ValueTask.CompletedTask;
}
