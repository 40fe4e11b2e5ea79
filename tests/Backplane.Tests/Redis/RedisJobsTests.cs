using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>Save jobs of several nodes.</summary>
public sealed class RedisJobsTests : RedisFixture
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private static readonly RedisKeys AllKeys = new("relay", 256);

    private static readonly SaveJobOptions AtOnce = new()
    {
        OrphanedAfter = TimeSpan.Zero,
        RetryAfter = TimeSpan.FromMilliseconds(1)
    };

    [Fact]
    public async Task A_claim_keeps_other_nodes_away_until_a_checkpoint_a_failure_or_its_end()
    {
        var (one, two) = (await OpenAsync(), await OpenAsync());
        var name = Sample.Name();
        var positions = await one.FillAsync(name, 3);

        Assert.True((await one.ClaimAsync(name, Lease, default).Soon()).IsGranted);
        Assert.True((await one.ClaimAsync(name, Lease, default).Soon()).IsGranted);
        Assert.False((await two.ClaimAsync(name, Lease, default).Soon()).IsGranted);
        await two.FailAsync(name, "Not mine.", default).Soon();
        Assert.False((await two.ClaimAsync(name, Lease, default).Soon()).IsGranted);

        await one.CheckpointAsync(name, positions[1], Position.None, default).Soon();
        Assert.Equal(new SaveClaim(true, positions[1]), await two.ClaimAsync(name, Lease, default).Soon());
        Assert.Equal(new SaveClaim(false, positions[1]), await one.ClaimAsync(name, Lease, default).Soon());
        await two.FailAsync(name, "Full.", default).Soon();
        Assert.True((await one.ClaimAsync(name, TimeSpan.FromMilliseconds(20), default).Soon()).IsGranted);
        await Patience.UntilAsync(async () => (await two.ClaimAsync(name, Lease, default)).IsGranted);
    }

    [Fact]
    public async Task Each_orphaned_document_is_claimed_by_one_node()
    {
        var nodes = new[] { await OpenAsync(Options with { Jobs = AtOnce }),
            await OpenAsync(Options with { Jobs = AtOnce }), await OpenAsync(Options with { Jobs = AtOnce }) };
        var names = Enumerable.Range(0, 40).Select(i => Sample.Name($"{i}")).ToArray();
        foreach (var name in names)
        {
            await nodes[0].FillAsync(name, 1);
        }

        var claimed = await Task.WhenAll(nodes.Select(node => node.ClaimOrphanedAsync(100, Lease, default).AsTask()))
            .Soon();

        Assert.Equal(names.OrderBy(name => name.Value, StringComparer.Ordinal),
            claimed.SelectMany(some => some).Select(job => job.Document)
            .OrderBy(name => name.Value, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Of_many_jobs_those_that_failed_come_first_and_redis_looks_at_a_part_of_the_others()
    {
        var node = await OpenAsync();
        await AddAsync(0, 255, jobs: 40);
        await Server.CommandAsync("EVAL",
            $"for i = 21, 40 do redis.call('ZADD', '{AllKeys.Attempts(7)}', i, '7-' .. i) end", "0");
        await Server.CommandAsync("CONFIG", "RESETSTAT");

        var listed = await node.ListAsync(1000, default).Soon();

        Assert.Equal(Enumerable.Range(21, 20).Reverse().Select(i => $"7-{i}"),
            listed.Take(20).Select(job => job.Document.Value));
        Assert.Equal(1000, listed.Select(job => job.Document).Distinct().Count());
        Assert.InRange(await LooksAsync(), 1000, 3000);
    }

    [Fact]
    public async Task Jobs_that_stand_in_one_partition_are_all_listed()
    {
        var node = await OpenAsync();
        await AddAsync(3, 3, jobs: 40);
        Assert.Equal(40, (await node.ListAsync(1000, default).Soon()).Select(job => job.Document).Distinct().Count());
        await AddAsync(4, 255, jobs: 2);
        Assert.Equal(40 + (252 * 2),
            (await node.ListAsync(1000, default).Soon()).Select(job => job.Document).Distinct().Count());
    }

    [Fact]
    public async Task The_claim_of_a_node_that_died_passes_to_another_and_counts()
    {
        var dying = await OpenAsync(Options with { Jobs = AtOnce });
        var heir = await OpenAsync(Options with { Jobs = AtOnce });
        var name = Sample.Name();
        await dying.FillAsync(name, 1);
        Assert.Equal(1,
            Assert.Single(await dying.ClaimOrphanedAsync(10, TimeSpan.FromMilliseconds(20), default).Soon()).Attempts);
        await dying.DisposeAsync().Soon();

        IReadOnlyList<SaveJob> offered = [];
        await Patience.UntilAsync(
            async () => (offered = await heir.ClaimOrphanedAsync(10, Lease, default)).Count > 0);

        Assert.Equal((name, 2), (offered[0].Document, offered[0].Attempts));
    }

    private Task AddAsync(int first, int last, int jobs) => Server.CommandAsync(
    [
        "EVAL",
        "for partition = ARGV[1], ARGV[2] do for i = 1, ARGV[3] do "
            + "redis.call('ZADD', ARGV[4 + partition - ARGV[1]], i, partition .. '-' .. i) end end",
        "0",
        $"{first}",
        $"{last}",
        $"{jobs}",
        .. Enumerable.Range(first, last - first + 1).Select(partition => (string)AllKeys.Jobs(partition)!),
    ]);

    /// <summary>At how many jobs Redis has looked since its statistics began.</summary>
    private async Task<int> LooksAsync() =>
        int.Parse(
            RedisInfo.Value(await Server.CommandAsync("INFO", "commandstats"), "cmdstat_zscore")
            .Split(',')[0]["calls=".Length..], System.Globalization.CultureInfo.InvariantCulture);
}
