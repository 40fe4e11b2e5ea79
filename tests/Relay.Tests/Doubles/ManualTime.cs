namespace Relay.Doubles;

/// <summary>
/// Time that moves only when the test says so; timers fire in the order of their due times, on the test's thread.
/// </summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly List<ManualTimer> timers = [];
    private DateTimeOffset now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => now;

    public override long GetTimestamp() => now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves on, and calls <paramref name="settle"/> after each timer that fires.</summary>
    public void Advance(TimeSpan by, Action settle)
    {
        var end = now + by;
        while (NextUntil(end) is { } next)
        {
            now = next.Due > now ? next.Due : now;
            next.Fire();
            settle();
        }

        now = end;
        settle();
    }

    private ManualTimer? NextUntil(DateTimeOffset end)
    {
        lock (timers)
        {
            return timers.Where(t => t.Due <= end).MinBy(t => t.Due);
        }
    }

    // A wait that ends takes its timer away on whatever thread it ends.
    private void Remove(ManualTimer timer)
    {
        lock (timers)
        {
            timers.Remove(timer);
        }
    }

    private void Add(ManualTimer timer)
    {
        lock (timers)
        {
            timers.Add(timer);
        }
    }

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan period;

        public DateTimeOffset Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan newPeriod)
        {
            time.Remove(this);
            period = newPeriod;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                Due = time.now + dueTime;
                time.Add(this);
            }

            return true;
        }

        public void Fire()
        {
            time.Remove(this);
            if (period > TimeSpan.Zero)
            {
                Due += period;
                time.Add(this);
            }

            callback(state);
        }

        public void Dispose() => time.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
