namespace Relay.Bench.Load;

internal static class Statistics
{
    /// <summary>The median, and the least to the greatest.</summary>
    public static string Spread(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return $"{Text(sorted[sorted.Length / 2])} ({Text(sorted[0])} to {Text(sorted[^1])})";
    }

    /// <summary>Half of the values, and 99 of 100, are no greater.</summary>
    public static (double Half, double Most) Percentiles(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0
            ? (double.NaN, double.NaN)
            : (sorted[sorted.Length / 2], sorted[sorted.Length * 99 / 100]);
    }

    private static string Text(double value) => Math.Abs(value) < 999.5 ? $"{value:G3}" : $"{value:N0}";
}
