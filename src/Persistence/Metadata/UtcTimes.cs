namespace Relay.Persistence.Metadata;

/// <summary>Times as numbers of microseconds since 1970, as the tables of SQLite have them.</summary>
internal static class UtcTimes
{
    public static long ToMicroseconds(DateTimeOffset at) =>
        (at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset FromMicroseconds(long microseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
