using System.Threading.Channels;

namespace Relay.Doubles;

/// <summary>Time that stops at each due time, so that work can end before the next timer fires. Thread-safe.</summary>
/// <remarks>
/// <see cref="FakeTimeProvider"/> alone goes to the end of a step first: each timer that fires sees that time, and what
/// it sets anew counts from there.
/// </remarks>
internal sealed class ManualTime() : FakeTimeProvider(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero))
{
    /// <summary>
    /// The wait of a timer without one, and the least step: a timer whose wait is zero would fire inside the call that
    /// sets it, as no real one does.
    /// </summary>
    private static readonly TimeSpan NoWait = TimeSpan.FromTicks(1);

    private readonly Dictionary<ITimer, DateTimeOffset> due = [];
    private readonly Channel<TimeSpan> set = Channel.CreateUnbounded<TimeSpan>();
    private Action? afterTimer;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new DueTimer(this, callback, state);
        timer.Inner = base.CreateTimer(timer.Fire, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves on, and calls <paramref name="settle"/> after each timer that fires and at the end.</summary>
    public void Advance(TimeSpan by, Action settle)
    {
        afterTimer = settle;
        var end = GetUtcNow() + (by > NoWait ? by : NoWait);
        while (NextUntil(end) is { } next)
        {
            Advance(next > GetUtcNow() ? next - GetUtcNow() : TimeSpan.Zero);
        }

        Advance(end - GetUtcNow());
        afterTimer = null;
        settle();
    }

    /// <summary>Waits until a timer is set for this time from then; others are passed over.</summary>
    public async Task IsSetAsync(TimeSpan wait)
    {
        while (await set.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60)) != wait)
        {
        }
    }

    /// <summary>Waits until a timer is set for this time from then, and moves on by it.</summary>
    public async Task PassAsync(TimeSpan wait)
    {
        await IsSetAsync(wait);
        Advance(wait);
    }

    /// <summary>Whether a timer fires after exactly this time from now.</summary>
    public bool IsDueIn(TimeSpan wait)
    {
        lock (due)
        {
            return due.ContainsValue(GetUtcNow() + wait);
        }
    }

    private DateTimeOffset? NextUntil(DateTimeOffset end)
    {
        lock (due)
        {
            return due.Values.Where(time => time <= end).Select(time => (DateTimeOffset?)time).Min();
        }
    }

    private sealed class DueTimer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan period;

        public ITimer Inner { get; set; } = null!;

        public bool Change(TimeSpan dueTime, TimeSpan newPeriod)
        {
            period = newPeriod;

            var wait = dueTime == TimeSpan.Zero ? NoWait : dueTime;
            SetDue(wait);
            return Inner.Change(wait, newPeriod)
                && (dueTime == Timeout.InfiniteTimeSpan || time.set.Writer.TryWrite(dueTime));
        }

        public void Fire(object? none)
        {
            SetDue(period > TimeSpan.Zero ? period : Timeout.InfiniteTimeSpan);
            callback(state);
            time.afterTimer?.Invoke();
        }

        public void Dispose()
        {
            SetDue(Timeout.InfiniteTimeSpan);
            Inner.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void SetDue(TimeSpan wait)
        {
            lock (time.due)
            {
                if (wait == Timeout.InfiniteTimeSpan)
                {
                    time.due.Remove(this);
                }
                else
                {
                    time.due[this] = time.GetUtcNow() + wait;
                }
            }
        }
    }
}
