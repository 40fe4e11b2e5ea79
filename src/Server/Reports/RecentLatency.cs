using Relay.Sessions;

namespace Relay.Reports;

/// <summary>
/// The durations of about the last 10 s, out of counts that only grow: what is older fades away. Not thread-safe.
/// </summary>
internal sealed class RecentLatency(LatencyCounts counts)
{
    /// <summary>After this time something counts for half.</summary>
    private static readonly TimeSpan HalfLife = TimeSpan.FromSeconds(5);

    /// <summary>Counts of a longer time than this are not recent.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>What has faded to less is forgotten.</summary>
    private const double Least = 0.05;

    private readonly double[] recent = new double[LatencyCounts.Length];
    private long[] before = new long[LatencyCounts.Length];
    private long[] now = new long[LatencyCounts.Length];

    /// <summary>Adds what there is since the last time.</summary>
    public void Advance(TimeSpan elapsed)
    {
        var left = elapsed > Longest ? 0 : Math.Pow(0.5, elapsed / HalfLife);
        counts.CopyTo(now);
        for (var step = 0; step < LatencyCounts.Length; step++)
        {
            var added = elapsed > Longest ? 0 : now[step] - before[step];
            recent[step] = (recent[step] * left) + added;
            if (recent[step] < Least)
            {
                recent[step] = 0;
            }
        }

        (before, now) = (now, before);
    }

    /// <summary>Their percentiles; null when there were none.</summary>
    public LatencyReport? Read()
    {
        List<LatencyBucket>? buckets = null;
        for (var step = 0; step < LatencyCounts.Length; step++)
        {
            if (recent[step] > 0)
            {
                (buckets ??= []).Add(new LatencyBucket(LatencyCounts.EndOf(step), Math.Round(recent[step], 2)));
            }
        }

        return buckets is null ? null : LatencyReport.Of(buckets);
    }
}
