namespace Relay.Reports;

/// <summary>Durations, as buckets in their order, which several nodes' can be put together from.</summary>
/// <param name="P50">Half of them were shorter, in seconds, up to a quarter too high.</param>
/// <param name="P99">Of a hundred, 99 were shorter.</param>
/// <param name="Buckets">Those with anything in them.</param>
internal sealed record LatencyReport(double P50, double P99, IReadOnlyList<LatencyBucket> Buckets)
{
    /// <summary>The sum of the buckets of one or several nodes; null when they are empty.</summary>
    public static LatencyReport? Of(IEnumerable<LatencyBucket> buckets)
    {
        LatencyBucket[] all = [
            .. buckets.GroupBy(bucket => bucket.Below)
            .Select(same => new LatencyBucket(same.Key, same.Sum(bucket => bucket.Count)))
            .OrderBy(bucket => bucket.Below)];
        return all.Length == 0 ? null : new LatencyReport(Quantile(all, 0.5), Quantile(all, 0.99), all);
    }

    private static double Quantile(LatencyBucket[] buckets, double share)
    {
        var left = buckets.Sum(bucket => bucket.Count) * share;
        foreach (var bucket in buckets)
        {
            left -= bucket.Count;
            if (left <= 0)
            {
                return bucket.Below;
            }
        }

        return buckets[^1].Below;
    }
}
