namespace Relay.Protocols.Hocuspocus;

/// <summary>
/// When the next step of each absent document of a socket is due, with one timer for all of them. Not thread-safe.
/// </summary>
/// <param name="most">
/// How many are kept; further ones are dropped. Those of documents that were opened again stay until they are due, so a
/// client that makes too many of them gets none.
/// </param>
/// <param name="time">The clock.</param>
/// <param name="due">Called on a thread of the clock; it then asks <see cref="TakeDue"/>.</param>
internal sealed class AbsentReminders(int most, TimeProvider time, Action due) : IDisposable
{
    private readonly PriorityQueue<(string Address, AbsentDocument Document), long> waiting = new();
    private ITimer? timer;
    private long timerDue = long.MaxValue;
    private bool isOver;

    /// <summary>The next step of a document is due in so long, and not when it was before.</summary>
    public void Add(string address, AbsentDocument document, TimeSpan after)
    {
        if (isOver || waiting.Count >= most)
        {
            return;
        }

        var at = time.GetTimestamp() + (long)(after.TotalSeconds * time.TimestampFrequency);
        document.DueAt = at;
        waiting.Enqueue((address, document), at);
        SetTimer();
    }

    /// <summary>Takes those that are due, in their order, and sets the timer for the next one.</summary>
    public List<(string Address, AbsentDocument Document)> TakeDue()
    {
        List<(string Address, AbsentDocument Document)> taken = [];
        timerDue = long.MaxValue;
        while (waiting.TryPeek(out var next, out var at) && at <= time.GetTimestamp())
        {
            waiting.Dequeue();
            if (next.Document.DueAt == at)
            {
                taken.Add(next);
            }
        }

        SetTimer();
        return taken;
    }

    public void Dispose()
    {
        isOver = true;
        timer?.Dispose();
        waiting.Clear();
    }

    private void SetTimer()
    {
        if (waiting.TryPeek(out _, out var at) && at < timerDue)
        {
            timerDue = at;
            var left = time.GetElapsedTime(time.GetTimestamp(), at);
            timer ??= time.CreateTimer(
                static state => ((Action)state!)(), due, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            timer.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
