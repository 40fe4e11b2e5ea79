namespace Relay.Logging;

/// <summary>
/// Bounds the lines of one kind: so many a second in the long run, and a burst after a pause. What is left out is
/// counted, and the count is reported once in a while for as long as it grows. Thread-safe.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="report">Told how many lines were left out since the last report.</param>
internal sealed class LineRate(TimeProvider time, Action<long> report)
{
    public const int PerSecond = 10;
    public const int Burst = 200;

    /// <summary>From the first line that is left out to the report.</summary>
    public static readonly TimeSpan ReportAfter = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private double tokens = Burst;
    private long since = time.GetTimestamp();
    private long leftOut;
    private ITimer? timer;

    /// <summary>Whether one more line may be written; otherwise it is counted.</summary>
    public bool TryTake()
    {
        lock (gate)
        {
            var now = time.GetTimestamp();
            tokens = Math.Min(Burst, tokens + (time.GetElapsedTime(since, now).TotalSeconds * PerSecond));
            since = now;
            if (tokens >= 1)
            {
                tokens--;
                return true;
            }

            if (leftOut++ == 0)
            {
                timer ??= time.CreateTimer(
                    static self => ((LineRate)self!).Report(),
                    this,
                    Timeout.InfiniteTimeSpan,
                    Timeout.InfiniteTimeSpan);
                timer.Change(ReportAfter, Timeout.InfiniteTimeSpan);
            }

            return false;
        }
    }

    /// <summary>Reports how many lines were left out, if any were.</summary>
    public void Report()
    {
        long count;
        lock (gate)
        {
            (count, leftOut) = (leftOut, 0);
        }

        if (count > 0)
        {
            report(count);
        }
    }

    /// <summary>Reports the rest; no timer is left.</summary>
    public void End()
    {
        Report();
        lock (gate)
        {
            timer?.Dispose();
        }
    }
}
