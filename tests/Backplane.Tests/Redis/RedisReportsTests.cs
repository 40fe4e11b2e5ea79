using System.Text;
using Relay.Backplane.Support;

namespace Relay.Backplane;

/// <summary>What nodes say about themselves, with nodes that die, and a Redis that forgets or stands still.</summary>
public sealed class RedisReportsTests : RedisFixture
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    [Fact]
    public async Task Every_node_lists_what_each_said_last()
    {
        var (one, two) = (await ReportsAsync(), await ReportsAsync());
        Assert.Empty(await one.ListAsync(default).Soon());
        await one.StoreAsync("a", "old"u8.ToArray(), Long, default).Soon();
        await two.StoreAsync("b", "of b"u8.ToArray(), Long, default).Soon();
        await one.StoreAsync("a", "of a"u8.ToArray(), Long, default).Soon();
        Assert.Equal(["of a", "of b"], await TextsAsync(one));
        Assert.Equal(["of a", "of b"], await TextsAsync(two));
        Assert.Equal(["a", "b"], (await one.ListNodesAsync(default).Soon()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Bytes_stay_as_they_are()
    {
        var reports = await ReportsAsync();
        foreach (var report in new[] { [], [0, 13, 10, 255],
            Enumerable.Range(0, 60_000).Select(i => (byte)(i * 7)).ToArray() })
        {
            await reports.StoreAsync("a", report, Long, default).Soon();
            Assert.Equal(report, Assert.Single(await reports.ListAsync(default).Soon()).ToArray());
        }
    }

    [Fact]
    public async Task A_report_that_is_not_stored_again_ends_and_leaves_nothing_behind()
    {
        var reports = await ReportsAsync();
        await reports.StoreAsync("dead", "x"u8.ToArray(), TimeSpan.FromMilliseconds(1), default).Soon();
        await reports.StoreAsync("lives", "y"u8.ToArray(), Long, default).Soon();
        await Patience.UntilAsync(async () => (await TextsAsync(reports)).SequenceEqual(["y"]));
        Assert.Equal(["lives"], await reports.ListNodesAsync(default).Soon());

        await reports.StoreAsync("lives", "z"u8.ToArray(), Long, default).Soon();
        Assert.Equal("1", await Server.CommandAsync("HLEN", (string)new RedisKeys("relay", 256).Reports!));
        await reports.StoreAsync("lives", "z"u8.ToArray(), TimeSpan.FromMilliseconds(1), default).Soon();
        await Patience.UntilAsync(
            async () =>
            await Server.CommandAsync("EXISTS", (string)new RedisKeys("relay", 256).Reports!,
                (string)new RedisKeys("relay", 256).ReportEnds!) == "0");
    }

    [Fact]
    public async Task A_node_that_stops_takes_its_report_away_and_no_other_one()
    {
        var reports = await ReportsAsync();
        await reports.StoreAsync("a", "of a"u8.ToArray(), Long, default).Soon();
        await reports.StoreAsync("b", "of b"u8.ToArray(), Long, default).Soon();
        await reports.RemoveAsync("a", default).Soon();
        await reports.RemoveAsync("never there", default).Soon();
        Assert.Equal(["of b"], await TextsAsync(reports));
    }

    [Fact]
    public async Task After_everything_was_lost_the_next_reports_are_there()
    {
        var reports = await ReportsAsync();
        await reports.StoreAsync("a", "of a"u8.ToArray(), Long, default).Soon();
        await Server.CommandAsync("FLUSHALL");
        Assert.Empty(await reports.ListAsync(default).Soon());
        await reports.StoreAsync("a", "again"u8.ToArray(), Long, default).Soon();
        Assert.Equal(["again"], await TextsAsync(reports));
    }

    [Fact]
    public async Task Without_redis_all_of_it_fails_in_time()
    {
        INodeReports reports = await OpenAsync(Options with { Deadline = TimeSpan.FromSeconds(1) });
        Server.Signal("STOP");
        try
        {
            await Assert.ThrowsAsync<BackplaneUnavailableException>(
                () => reports.StoreAsync("a", default, Long, default).Soon());
            await Assert.ThrowsAsync<BackplaneUnavailableException>(() => reports.ListAsync(default).Soon());
            await Assert.ThrowsAsync<BackplaneUnavailableException>(() => reports.ListNodesAsync(default).Soon());
            await Assert.ThrowsAsync<BackplaneUnavailableException>(() => reports.RemoveAsync("a", default).Soon());
        }
        finally
        {
            Server.Signal("CONT");
        }
    }

    private static async Task<string[]> TextsAsync(INodeReports reports) =>
        [.. (await reports.ListAsync(default).Soon()).Select(report => Encoding.UTF8.GetString(report.Span))
            .Order(StringComparer.Ordinal)];

    private async Task<INodeReports> ReportsAsync() => await OpenAsync();
}
