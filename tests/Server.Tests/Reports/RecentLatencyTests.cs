using Relay.Sessions;

namespace Relay.Reports;

public sealed class RecentLatencyTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly LatencyCounts counts = new();
    private readonly RecentLatency latency;

    public RecentLatencyTests() => latency = new RecentLatency(counts);

    [Fact]
    public void Nothing_is_said_of_nothing()
    {
        latency.Advance(Second);
        Assert.Null(latency.Read());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.0000001)]
    [InlineData(0.00001)]
    [InlineData(0.00123)]
    [InlineData(0.7)]
    [InlineData(29)]
    public void A_duration_is_told_to_a_quarter_and_never_too_short(double seconds)
    {
        counts.Add(TimeSpan.FromSeconds(seconds));
        latency.Advance(Second);
        var told = latency.Read()!.P50;
        Assert.InRange(told, seconds, Math.Max(seconds * 1.26, 0.000001));
    }

    [Fact]
    public void However_long_it_took_there_is_a_step_for_it()
    {
        counts.Add(TimeSpan.MaxValue);
        counts.Add(TimeSpan.FromSeconds(-1));
        latency.Advance(Second);
        Assert.Equal([1, 1], latency.Read()!.Buckets.Select(bucket => bucket.Count));
    }

    [Fact]
    public void Half_and_nearly_all_are_found_among_many()
    {
        for (var i = 1; i <= 1000; i++)
        {
            counts.Add(TimeSpan.FromMilliseconds(i));
        }

        latency.Advance(Second);
        var report = latency.Read()!;
        Assert.InRange(report.P50, 0.5, 0.63);
        Assert.InRange(report.P99, 0.99, 1.24);
        Assert.Equal(1000, report.Buckets.Sum(bucket => bucket.Count));
    }

    [Fact]
    public void What_is_long_ago_fades_away()
    {
        counts.Add(Second);
        counts.Add(Second);
        latency.Advance(Second);
        latency.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(1, latency.Read()!.Buckets.Sum(bucket => bucket.Count));
        for (var i = 0; i < 30; i++)
        {
            latency.Advance(Second);
        }

        Assert.Null(latency.Read());
    }

    [Fact]
    public void What_happened_while_no_report_was_made_is_not_recent()
    {
        counts.Add(Second);
        latency.Advance(TimeSpan.FromMinutes(10));
        Assert.Null(latency.Read());
        counts.Add(Second);
        latency.Advance(Second);
        Assert.NotNull(latency.Read());
    }
}
