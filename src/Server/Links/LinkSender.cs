namespace Relay.Links;

/// <summary>
/// The sending side of one link: one frame at a time, at once when the link is idle, and otherwise with what comes
/// until <see cref="NodeLinkOptions.Gather"/> after the last one. Thread-safe.
/// </summary>
internal sealed class LinkSender(
    ILinkConnection connection, NodeLinkOptions options, TimeProvider time, Action<Action> elsewhere)
{
    /// <summary>After so many frames an acknowledgement does not wait for the next tick.</summary>
    private const ulong MostUntold = 4;

    private readonly Lock gate = new();
    private readonly LinkQueue queue = new(options.MaxWaitingBytes);
    private readonly SentItems sent = new(options.MaxSentBytes);
    private readonly LinkSignal signal = new(elsewhere);
    private ulong number;
    private ulong received;
    private ulong told;
    private long lastSent = time.GetTimestamp();
    private long? lastItems;
    private bool isBeatDue;

    /// <summary>Whether the other side has not acknowledged a frame for too long.</summary>
    public bool IsStuck
    {
        get
        {
            lock (gate)
            {
                return sent.OldestAt is { } oldest && time.GetElapsedTime(oldest) > options.Silence;
            }
        }
    }

    /// <summary>Has the loop look whether it is cancelled.</summary>
    public void Wake() => signal.Set();

    /// <summary>Adds an item; false if the link has no room for it.</summary>
    public bool TryAdd(in LinkItem item)
    {
        bool isAdded;
        lock (gate)
        {
            isAdded = queue.TryAdd(item);
        }

        signal.Set();
        return isAdded;
    }

    /// <summary>The other side has received all frames up to this number.</summary>
    public void OnAcknowledged(ulong upTo)
    {
        lock (gate)
        {
            sent.Acknowledge(upTo);
        }

        signal.Set();
    }

    /// <summary>This side has received the frame with this number: the other one is to be told.</summary>
    public void OnReceived(ulong last)
    {
        lock (gate)
        {
            received = last;
            isBeatDue |= received - told >= MostUntold;
        }

        signal.Set();
    }

    /// <summary>Sends what is due without anything to tell: an acknowledgement, or a sign of life.</summary>
    public void OnTick()
    {
        lock (gate)
        {
            isBeatDue |= received != told || time.GetElapsedTime(lastSent) >= options.Beat;
        }

        signal.Set();
    }

    /// <summary>Sends until it is cancelled or the connection is over, which it throws.</summary>
    public async Task RunAsync(CancellationToken ending)
    {
        while (true)
        {
            ending.ThrowIfCancellationRequested();
            if (Wait() is not { } wait)
            {
                await signal.WaitAsync();
            }
            else if (wait > TimeSpan.Zero)
            {
                // A delay is cut to whole milliseconds: one of none would be no pause.
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), time, ending);
            }
            else
            {
                await connection.SendAsync(Next().Encode(), ending);
            }
        }
    }

    /// <summary>What was not acknowledged, and what waits, in their order.</summary>
    public IReadOnlyList<LinkItem> TakeAll()
    {
        lock (gate)
        {
            return [.. sent.TakeAll(), .. queue.Take(long.MaxValue)];
        }
    }

    /// <summary>How long the next frame has to wait; null when there is none to send.</summary>
    private TimeSpan? Wait()
    {
        lock (gate)
        {
            var hasItems = !queue.IsEmpty && !sent.IsFull;
            if (!hasItems && !isBeatDue)
            {
                return null;
            }

            var wait = lastItems is { } last ? options.Gather - time.GetElapsedTime(last) : TimeSpan.Zero;
            return isBeatDue || wait <= TimeSpan.Zero || queue.Bytes >= options.FrameBytes ? TimeSpan.Zero : wait;
        }
    }

    private LinkFrame Next()
    {
        lock (gate)
        {
            var now = time.GetTimestamp();
            var items = sent.IsFull ? [] : queue.Take(options.FrameBytes);
            if (items.Count > 0)
            {
                number++;
                sent.Add(number, items, now);
                lastItems = now;
            }

            lastSent = now;
            told = received;
            isBeatDue = false;
            return new LinkFrame(number, received, items);
        }
    }
}
