namespace Relay.Connections;

/// <summary>
/// Bounds how fast a connection's frames are read: so many a second in the long run, and ten seconds' worth at once
/// after a pause, because a paste or an import is a burst of thousands. Not thread-safe.
/// </summary>
internal sealed class MessageRate(int perSecond, TimeProvider time)
{
    public const int BurstSeconds = 10;

    private readonly double burst = (double)perSecond * BurstSeconds;
    private double tokens = (double)perSecond * BurstSeconds;
    private long since = time.GetTimestamp();

    /// <summary>Counts frames, and says how long to wait before more are read.</summary>
    public TimeSpan Count(int frames)
    {
        var now = time.GetTimestamp();
        tokens = Math.Min(burst, tokens + (time.GetElapsedTime(since, now).TotalSeconds * perSecond)) - frames;
        since = now;
        return tokens >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-tokens / perSecond);
    }
}
