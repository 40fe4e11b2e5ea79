using System.Globalization;

namespace Relay.Backplane;

/// <summary>Numbers as the scripts take them.</summary>
internal static class RedisNumber
{
    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    public static string Milliseconds(TimeSpan time) => Text((long)time.TotalMilliseconds);
}
