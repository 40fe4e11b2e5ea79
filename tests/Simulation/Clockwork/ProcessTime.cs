namespace Relay.Simulation;

/// <summary>
/// The fake time as one process has it. Its timers are steps of that process: a paused one has them when it wakes.
/// </summary>
/// <remarks>
/// Not a FakeTimeProvider: that fires its timers itself, in its own order. Here the agenda of all processes does, in
/// the order of the seed.
/// </remarks>
internal sealed class ProcessTime(Agenda agenda, Process process) : TimeProvider
{
    private static readonly DateTimeOffset Beginning = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => At(agenda);

    public static DateTimeOffset At(Agenda agenda) => Beginning + agenda.Now;

    public override long GetTimestamp() => agenda.Now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(agenda, process, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(Agenda agenda, Process process, TimerCallback callback, object? state) : ITimer
    {
        private int setting;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var current = ++setting;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                agenda.Add(dueTime, process, () => Fire(current, period));
            }

            return true;
        }

        public void Dispose() => setting++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Fire(int fired, TimeSpan period)
        {
            if (fired != setting)
            {
                return;
            }

            if (period > TimeSpan.Zero)
            {
                agenda.Add(period, process, () => Fire(fired, period));
            }

            callback(state);
        }
    }
}
