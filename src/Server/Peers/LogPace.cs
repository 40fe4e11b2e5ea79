namespace Relay.Peers;

/// <summary>
/// Lets one message through every ten seconds: for what others may cause as often as they like. Thread-safe.
/// </summary>
internal sealed class LogPace(TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private long? last;

    public bool MaySpeak()
    {
        lock (gate)
        {
            if (last is { } before && time.GetElapsedTime(before) < Interval)
            {
                return false;
            }

            last = time.GetTimestamp();
            return true;
        }
    }
}
