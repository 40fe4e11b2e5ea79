namespace Relay.Backplane;

/// <summary>The time as records have it.</summary>
internal static class MicrosecondClock
{
    /// <summary>The time in µs since 1970, UTC.</summary>
    public static long Microseconds(this TimeProvider time) =>
        (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
