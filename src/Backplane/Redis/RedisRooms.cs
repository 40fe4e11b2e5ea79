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

    /// <summary>This node's id, as in its own messages.</summary>
    public ulong Node => node;

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
                static (_, made) =>
                new RedisRoom(made.Rooms, made.Document, made.Keys), (Rooms: this, Document: document, Keys: names));
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
                    if (!room.IsSubscribed)
                    {
                        await SubscribeAsync(room, cancellation);
                    }

                    room.Add(listener);
                    return new RedisSubscription(this, room, listener);
                }
                catch when (room.IsEmpty)
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

    public async Task LeaveAsync(RedisRoom room, IChannelListener listener)
    {
        await room.Turn.WaitAsync();
        try
        {
            room.Remove(listener);
            if (room.IsEmpty && !room.IsClosed)
            {
                await CloseAsync(room);
            }
        }
        finally
        {
            room.Turn.Release();
        }
    }

    /// <summary>Whether the client knows that it does not listen to the room's channel.</summary>
    public bool HasLost(RedisRoom room) =>
        room.IsSubscribed && !connection.IsSubscribed(RedisChannels.Name(room.Keys.ChannelName));

    /// <summary>Subscribes to a room's channel again; false if there is no need any more.</summary>
    /// <exception cref="BackplaneUnavailableException">Redis does not answer, or refuses it.</exception>
    public async Task<bool> RenewAsync(RedisRoom room, CancellationToken cancellation)
    {
        await room.Turn.WaitAsync(cancellation);
        try
        {
            if (room.IsClosed || !room.IsSubscribed)
            {
                return false;
            }

            // First away with what the client believes: it does not ask Redis for what it thinks it has.
            var channel = RedisChannels.Name(room.Keys.ChannelName);
            await connection.CallAsync(
                redis => RedisChannels.UnsubscribeAsync(redis.GetSubscriber(), channel), cancellation);
            await SubscribeAsync(room, cancellation);
            return true;
        }
        finally
        {
            room.Turn.Release();
        }
    }

    /// <summary>
    /// Reads an entry that was published by position; null if it cannot be read or is there no longer.
    /// </summary>
    public async Task<LoggedEntry?> ReadEntryAsync(DocumentName document, LoggedEntry entry)
    {
        try
        {
            return await reader.ReadEntryAsync(document, entry, CancellationToken.None);
        }
        catch (BackplaneUnavailableException e)
        {
            LogLargeEntryNotRead(logger, e, document);
            return null;
        }
    }

    public void OnListenerFailed(Exception exception, DocumentName document) =>
        LogListenerFailed(logger, exception, document);

    public void OnUnknownMessage(DocumentName document) => LogMessageUnknown(logger, document);

    public void OnBehind(DocumentName document) => LogChannelBehind(logger, document);

    private async Task SubscribeAsync(RedisRoom room, CancellationToken cancellation)
    {
        var channel = RedisChannels.Name(room.Keys.ChannelName);
        await connection.CallAsync(
            redis => RedisChannels.SubscribeAsync(redis.GetSubscriber(), channel, room.Take), cancellation);
        room.IsSubscribed = true;

        // The client remembers subscriptions it could not make and says nothing.
        if (!connection.IsSubscribed(channel))
        {
            throw new BackplaneUnavailableException("Redis is not there to subscribe to a document's channel.");
        }
    }

    private async Task CloseAsync(RedisRoom room)
    {
        room.IsClosed = true;
        Partitions[room.Keys.Partition].Rooms.TryRemove(room.Keys.Name, out _);
        try
        {
            // Also after a subscribing that failed: the client would make it when it is connected again.
            await connection.CallAsync(
                redis => RedisChannels.UnsubscribeAsync(redis.GetSubscriber(),
                    RedisChannels.Name(room.Keys.ChannelName)), CancellationToken.None);
        }
        catch (BackplaneUnavailableException e)
        {
            LogUnsubscribeFailed(logger, e, room.Document);
        }
    }

    [LoggerMessage(BackplaneEventId.RedisListenerFailed, LogLevel.Error,
        "A listener of document {Document} failed; the others were served")]
    private static partial void LogListenerFailed(ILogger logger, Exception exception, DocumentName document);

    [LoggerMessage(BackplaneEventId.RedisMessageUnknown, LogLevel.Warning,
        "A message on the channel of document {Document} is none that this version knows; it was ignored")]
    private static partial void LogMessageUnknown(ILogger logger, DocumentName document);

    [LoggerMessage(BackplaneEventId.RedisChannelBehind, LogLevel.Warning,
        "Document {Document} is too far behind its channel; what waited is read from the log")]
    private static partial void LogChannelBehind(ILogger logger, DocumentName document);

    [LoggerMessage(BackplaneEventId.RedisLargeEntryNotRead, LogLevel.Warning,
        "An entry of document {Document} that was published by position could not be read")]
    private static partial void LogLargeEntryNotRead(ILogger logger, Exception exception, DocumentName document);

    [LoggerMessage(BackplaneEventId.RedisUnsubscribeFailed, LogLevel.Debug,
        "Unsubscribing from document {Document} failed")]
    private static partial void LogUnsubscribeFailed(ILogger logger, Exception exception, DocumentName document);
}
