using System.Threading.Channels;

namespace Relay.Doubles;

/// <summary>Time that stands still: a test takes each timer as it is set, and lets it fire. Thread-safe.</summary>
internal sealed class StepTime : TimeProvider
{
    private readonly Channel<StepTimer> timers = Channel.CreateUnbounded<StepTimer>();

    public DateTimeOffset Now { get; set; } = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Now;

    public override long GetTimestamp() => Now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new StepTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>The next timer that is set for this time; others are passed over.</summary>
    public async Task<StepTimer> TimerAsync(TimeSpan due)
    {
        while (true)
        {
            var timer = await timers.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));
            if (timer.Due == due)
            {
                return timer;
            }
        }
    }

    internal sealed class StepTimer(StepTime time, TimerCallback callback, object? state) : ITimer
    {
        public TimeSpan Due { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Due = dueTime;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                time.timers.Writer.TryWrite(this);
            }

            return true;
        }

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
