using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// One document that this node listens to. The client's thread that brings a message calls the listeners, which only
/// enqueue: another thread in between costs a wake-up for each message. Entries published by position are read from the
/// log on the way, and what came behind them waits; whatever comes while somebody delivers is delivered by them, in
/// order.
/// </summary>
internal sealed class RedisRoom(RedisRooms rooms, DocumentName document, RedisKeys.DocumentKeys keys)
{
    // What listeners that only enqueue never reach, but a log that does not answer while others write may.
    private const long MaxWaitingBytes = 16 << 20;

    // One message may be late on a busy machine.
    private const int MissesOfTheDeaf = 2;

    private readonly Lock gate = new();
    private readonly Queue<byte[]?> waiting = new();
    private readonly ChannelRoom listeners = new(document, rooms.OnListenerFailed);
    private long waitingBytes;
    private bool delivering;
    private long heard;
    private int misses;
    private volatile bool isDoubtful;

    public DocumentName Document { get; } = document;

    public RedisKeys.DocumentKeys Keys { get; } = keys;

    /// <summary>One subscribing or unsubscribing at a time.</summary>
    public SemaphoreSlim Turn { get; } = new(1);

    /// <summary>Under <see cref="Turn"/>: whether the channel is subscribed to.</summary>
    public bool IsSubscribed { get; set; }

    /// <summary>Under <see cref="Turn"/>: whether the room is gone, so that another must be made.</summary>
    public bool IsClosed { get; set; }

    public bool IsEmpty => listeners.IsEmpty;

    /// <summary>The partition's count at the last entry heard.</summary>
    public long Heard
    {
        get => Interlocked.Read(ref heard);
        set => Interlocked.Exchange(ref heard, value);
    }

    /// <summary>
    /// Notes that the client had to subscribe again, which it does without looking at the answers.
    /// </summary>
    public void Doubt() => isDoubtful = true;

    /// <summary>
    /// Whether the channel is not subscribed to although it should be, as far as can be told from here.
    /// </summary>
    public bool CheckIsDeaf()
    {
        if (Volatile.Read(ref misses) >= MissesOfTheDeaf)
        {
            return true;
        }

        // Most rooms are not asked: a look at the client's subscriptions for every document would add up.
        return isDoubtful && (isDoubtful = rooms.HasLost(this));
    }

    /// <summary>
    /// Notes that the log has an entry, the partition's <paramref name="count"/>th, that was not heard.
    /// </summary>
    public void Miss(long count)
    {
        Heard = count;
        Interlocked.Increment(ref misses);
    }

    /// <summary>Subscribes again; false if the room is gone or was never subscribed to.</summary>
    /// <exception cref="BackplaneUnavailableException">Redis does not answer, or refuses it.</exception>
    public async Task<bool> RenewSubscriptionAsync(CancellationToken cancellation)
    {
        Volatile.Write(ref misses, 0);
        isDoubtful = true;
        var isRenewed = await rooms.RenewAsync(this, cancellation);
        isDoubtful = false;
        return isRenewed;
    }

    public void Add(IChannelListener listener) => listeners.Add(listener);

    public void Remove(IChannelListener listener) => listeners.Remove(listener);

    /// <summary>Takes a message; called on the client's own thread.</summary>
    public void Take(byte[] message)
    {
        Volatile.Write(ref misses, 0);
        if (RedisEnvelope.IsAwarenessOf(rooms.Node, message))
        {
            return;
        }

        if (RedisEnvelope.TryReadCount(message, out var count))
        {
            Heard = count;
        }

        Enqueue(message);
    }

    /// <summary>Tells the listeners that something may be missing.</summary>
    public void Interrupt() => Enqueue(null);

    private void Enqueue(byte[]? message)
    {
        lock (gate)
        {
            waitingBytes += message?.Length ?? 0;
            if (waitingBytes > MaxWaitingBytes)
            {
                // The log has it all.
                rooms.OnBehind(Document);
                waiting.Clear();
                waitingBytes = 0;
                message = null;
            }

            waiting.Enqueue(message);
            if (delivering)
            {
                return;
            }

            delivering = true;
        }

        _ = DeliverAsync();
    }

    private async Task DeliverAsync()
    {
        while (true)
        {
            byte[]? message;
            lock (gate)
            {
                if (!waiting.TryDequeue(out message))
                {
                    delivering = false;
                    return;
                }

                waitingBytes -= message?.Length ?? 0;
            }

            if (message is null)
            {
                listeners.Deliver(ChannelEvent.Interrupted);
            }
            else if (!RedisEnvelope.TryRead(message, out var read))
            {
                rooms.OnUnknownMessage(Document);
            }
            else
            {
                listeners.Deliver(read.Kind switch
                {
                    _ when RedisEnvelope.AwarenessKindOf(read.Kind) is { } kind =>
                        ChannelEvent.OfAwareness(read.Node, kind, read.Content),
                    RedisMessageKind.Stateless => ChannelEvent.OfStateless(read.Sender, read.Content),
                    RedisMessageKind.Saved => ChannelEvent.OfSaved(read.Entry.Position),
                    RedisMessageKind.Entry => ChannelEvent.OfEntry(read.Entry),
                    _ => await rooms.ReadEntryAsync(Document, read.Entry) is { } entry
                        ? ChannelEvent.OfEntry(entry)
                        : ChannelEvent.Interrupted,
                });
            }
        }
    }
}
