namespace Relay.Connections;

/// <summary>
/// Keeps what a client may do as often as it likes from filling the log: one report a minute, with how often it
/// happened. Not thread-safe.
/// </summary>
internal sealed class ReportRate(TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private long? last;
    private long since;

    /// <summary>Counts an occurrence, and says whether it is time to report.</summary>
    /// <param name="count">How often it happened since the last report, this time included.</param>
    public bool MayReport(out long count)
    {
        count = ++since;
        if (last is { } before && time.GetElapsedTime(before) < Pause)
        {
            return false;
        }

        last = time.GetTimestamp();
        since = 0;
        return true;
    }
}
