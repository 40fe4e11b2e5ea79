using Microsoft.Extensions.Logging;
using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// The documents that this node listens to: one subscription a document, however many listeners it has.
/// </summary>
internal sealed partial class RedisRooms(RedisConnection connection, RedisKeys keys, LogEndCheck check,
    RedisLogReader reader, ulong node, ILogger logger)
{
    /// <summary>By number.</summary>
    public IReadOnlyList<RedisPartition> Partitions { get; } = [
        .. Enumerable.Range(0, RedisKeys.Partitions).Select(number => new RedisPartition(number))];

    /// <summary>All rooms of this moment.</summary>
    public IEnumerable<RedisRoom> All => Partitions.SelectMany(partition => partition.Rooms.Values);

    public async ValueTask<IAsyncDisposable> JoinAsync(DocumentName document, IChannelListener listener,
        CancellationToken cancellation)
    {
        var names = keys.Of(document);
        var partition = Partitions[names.Partition];
        while (true)
        {
            var room = partition.Rooms.GetOrAdd(names.Name,
                static (_, made) => made.Rooms.Make(made.Document, made.Keys),
                (Rooms: this, Document: document, Keys: names));
            await room.Turn.WaitAsync(cancellation);
            try
            {
                if (room.IsClosed)
                {
                    continue;
                }

                try
                {
                    // The count first: what is appended after it and not heard is found by the next check.
                    await check.BeginAsync(partition, cancellation);
                    await room.SubscribeAsync(cancellation);
                    room.Listeners.Add(listener);
                    return new ChannelSubscription(() => new ValueTask(LeaveAsync(room, listener)));
                }
                catch when (room.Listeners.IsEmpty)
                {
                    await CloseAsync(room);
                    throw;
                }
            }
            finally
            {
                room.Turn.Release();
            }
        }
    }

    private RedisRoom Make(DocumentName document, RedisKeys.DocumentKeys names)
    {
        var inbox = new RedisInbox(
            document, node, entry => reader.ReadEntryAsync(document, entry, CancellationToken.None), logger);
        return new RedisRoom(document, names, node, connection, inbox);
    }

    private async Task LeaveAsync(RedisRoom room, IChannelListener listener)
    {
        await room.Turn.WaitAsync();
        try
        {
            room.Listeners.Remove(listener);
            if (room.Listeners.IsEmpty && !room.IsClosed)
            {
                await CloseAsync(room);
            }
        }
        finally
        {
            room.Turn.Release();
        }
    }

    private async Task CloseAsync(RedisRoom room)
    {
        try
        {
            await room.CloseAsync();
        }
        catch (BackplaneUnavailableException e)
        {
            LogUnsubscribeFailed(logger, e, room.Document);
        }

        // Only now: a room that another makes for the document meanwhile would lose its subscription to this
        // unsubscribing, which ends all listening to the channel.
        Partitions[room.Keys.Partition].Rooms.TryRemove(room.Keys.Name, out _);
    }

    [LoggerMessage(BackplaneEventId.RedisUnsubscribeFailed, LogLevel.Debug,
        "Unsubscribing from document {Document} failed")]
    private static partial void LogUnsubscribeFailed(ILogger logger, Exception exception, DocumentName document);
}
