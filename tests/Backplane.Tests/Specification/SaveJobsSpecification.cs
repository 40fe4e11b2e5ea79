using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane.Specification;

/// <summary>What <see cref="ISaveJobs"/> promises to a node that is alone. Each test has a store of its own.</summary>
public abstract class SaveJobsSpecification : IAsyncLifetime
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private static readonly SaveJobOptions AtOnce = new()
    {
        OrphanedAfter = TimeSpan.Zero,
        RetryAfter = TimeSpan.FromMilliseconds(1),
        StalledAfter = 3
    };

    private static readonly SaveJobOptions InAnHour = new()
    {
        OrphanedAfter = TimeSpan.FromHours(1),
        RetryAfter = TimeSpan.FromMinutes(1),
        StalledAfter = 4,
        StalledInterval = TimeSpan.FromHours(9)
    };

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync() => await StopAsync().Soon();

    [Fact]
    public async Task An_append_makes_a_job_and_a_checkpoint_of_the_end_ends_it()
    {
        var (log, jobs) = await OpenAsync(InAnHour);
        var name = Sample.Name("} job");
        Assert.Empty(await jobs.ListAsync(10, default).Soon());

        var positions = await log.FillAsync(name, 3);
        var job = Assert.Single(await jobs.ListAsync(10, default).Soon());
        Assert.Equal((name, SaveJobState.Available, 0, null), (job.Document, job.State, job.Attempts, job.Problem));
        AssertIn(TimeSpan.FromHours(1), job.DueAt);

        await log.CheckpointAsync(name, positions[2], Position.None, default).Soon();
        Assert.Single(await jobs.ListAsync(10, default).Soon());
        await log.CheckpointAsync(name, positions[3] with { Id = Sample.Id() }, Position.None, default).Soon();
        Assert.Single(await jobs.ListAsync(10, default).Soon());
        await log.CheckpointAsync(name, positions[3], Position.None, default).Soon();
        Assert.Empty(await jobs.ListAsync(10, default).Soon());

        await log.AppendAsync(name, positions[3].Epoch, Sample.Update(4), default).Soon();
        Assert.Single(await jobs.ListAsync(10, default).Soon());
    }

    [Fact]
    public async Task A_claim_says_what_is_saved()
    {
        var (log, jobs) = await OpenAsync(InAnHour);
        var name = Sample.Name();
        Assert.Equal(new SaveClaim(true, Position.None), await jobs.ClaimAsync(name, Lease, default).Soon());
        var positions = await log.FillAsync(name, 3);

        Assert.Equal(new SaveClaim(true, Position.None), await jobs.ClaimAsync(name, Lease, default).Soon());
        await log.CheckpointAsync(name, positions[2], positions[1], default).Soon();
        Assert.Equal(new SaveClaim(true, positions[2]), await jobs.ClaimAsync(name, Lease, default).Soon());
        await log.CheckpointAsync(name, positions[3], positions[2], default).Soon();
        Assert.Equal(new SaveClaim(true, positions[3]), await jobs.ClaimAsync(name, Lease, default).Soon());
    }

    [Fact]
    public async Task A_claimed_job_is_shown_as_such_and_not_offered()
    {
        var (log, jobs) = await OpenAsync(AtOnce);
        var name = Sample.Name();
        var positions = await log.FillAsync(name, 2);

        await jobs.ClaimAsync(name, Lease, default).Soon();

        Assert.Equal((SaveJobState.Claimed, 0), Single(await jobs.ListAsync(10, default).Soon()));
        Assert.Empty(await jobs.ClaimOrphanedAsync(10, Lease, default).Soon());
        await log.CheckpointAsync(name, positions[1], Position.None, default).Soon();
        Assert.Equal((SaveJobState.Available, 0), Single(await jobs.ListAsync(10, default).Soon()));
        Assert.Single(await jobs.ClaimOrphanedAsync(10, Lease, default).Soon());
    }

    [Fact]
    public async Task What_is_not_orphaned_yet_is_not_offered()
    {
        var (log, jobs) = await OpenAsync(InAnHour);
        await log.FillAsync(Sample.Name(), 1);

        Assert.Empty(await jobs.ClaimOrphanedAsync(10, Lease, default).Soon());
    }

    [Fact]
    public async Task Orphaned_documents_are_claimed_once_and_no_more_than_asked_for()
    {
        var (log, jobs) = await OpenAsync(AtOnce);
        var names = Enumerable.Range(0, 20).Select(i => Sample.Name($"{i}")).ToHashSet();
        foreach (var name in names)
        {
            await log.FillAsync(name, 1);
        }

        var claimed = new List<SaveJob>();
        for (var i = 0; i < 3; i++)
        {
            var some = await jobs.ClaimOrphanedAsync(7, Lease, default).Soon();
            Assert.Equal(i < 2 ? 7 : 6, some.Count);
            claimed.AddRange(some);
        }

        Assert.Empty(await jobs.ClaimOrphanedAsync(7, Lease, default).Soon());
        Assert.Empty(await jobs.ClaimOrphanedAsync(0, Lease, default).Soon());
        Assert.Equal(names, claimed.Select(job => job.Document).ToHashSet());
        Assert.All(claimed, job => Assert.Equal((SaveJobState.Claimed, 1), (job.State, job.Attempts)));
        Assert.Equal(20, (await jobs.ListAsync(100, default).Soon()).Count);
        Assert.Equal(5, (await jobs.ListAsync(5, default).Soon()).Count);
    }

    [Fact]
    public async Task A_failed_job_is_offered_again_and_stalled_after_several_attempts_but_never_dropped()
    {
        var (log, jobs) = await OpenAsync(AtOnce);
        var name = Sample.Name();
        await log.FillAsync(name, 1);

        for (var attempt = 1; attempt <= 3; attempt++)
        {
            Assert.Equal((SaveJobState.Claimed, attempt), Single(await OfferedAsync(jobs)));
            await jobs.FailAsync(name, $"Problem {attempt}.", default).Soon();
            var job = Assert.Single(await jobs.ListAsync(10, default).Soon());
            Assert.Equal((attempt < 3 ? SaveJobState.Retried : SaveJobState.Stalled, attempt, $"Problem {attempt}."),
                (job.State, job.Attempts, job.Problem));
        }

        Assert.Empty(await jobs.ClaimOrphanedAsync(10, Lease, default).Soon());
        AssertIn(AtOnce.StalledInterval, Assert.Single(await jobs.ListAsync(10, default).Soon()).DueAt);
    }

    [Fact]
    public async Task Waits_double_with_each_failure()
    {
        var (log, jobs) = await OpenAsync(InAnHour);
        var name = Sample.Name();
        await log.FillAsync(name, 1);

        foreach (var minutes in new[] { 1, 2, 4, 9 * 60, 9 * 60 })
        {
            await jobs.ClaimAsync(name, Lease, default).Soon();
            await jobs.FailAsync(name, "No.", default).Soon();
            AssertIn(TimeSpan.FromMinutes(minutes), Assert.Single(await jobs.ListAsync(10, default).Soon()).DueAt);
        }
    }

    [Fact]
    public async Task Progress_begins_the_attempts_anew()
    {
        var (log, jobs) = await OpenAsync(InAnHour);
        var name = Sample.Name();
        var positions = await log.FillAsync(name, 3);
        await jobs.FailAsync(name, "No.", default).Soon();
        await jobs.FailAsync(name, "No.", default).Soon();

        await log.CheckpointAsync(name, positions[1], Position.None, default).Soon();

        var job = Assert.Single(await jobs.ListAsync(10, default).Soon());
        Assert.Equal((SaveJobState.Available, 0, null), (job.State, job.Attempts, job.Problem));
        AssertIn(TimeSpan.FromHours(1), job.DueAt);
    }

    [Fact]
    public async Task Nothing_but_an_append_makes_a_job()
    {
        var (log, jobs) = await OpenAsync(AtOnce);
        var name = Sample.Name();
        var positions = await log.FillAsync(name, 1);
        await log.CheckpointAsync(name, positions[1], Position.None, default).Soon();

        await jobs.ClaimAsync(name, Lease, default).Soon();
        await jobs.FailAsync(name, "No.", default).Soon();
        await jobs.FailAsync(Sample.Name(), "No.", default).Soon();
        await log.CheckpointAsync(name, positions[1], Position.None, default).Soon();

        Assert.Empty(await jobs.ListAsync(10, default).Soon());
        Assert.Empty(await jobs.ClaimOrphanedAsync(10, Lease, default).Soon());
    }

    [Fact]
    public async Task Jobs_that_failed_come_first()
    {
        var (log, jobs) = await OpenAsync(InAnHour);
        var names = Enumerable.Range(0, 6).Select(i => Sample.Name($"{i}")).ToArray();
        foreach (var name in names)
        {
            await log.FillAsync(name, 1);
        }

        await jobs.FailAsync(names[4], "No.", default).Soon();

        Assert.Equal(names[4], Assert.Single(await jobs.ListAsync(1, default).Soon()).Document);
    }

    /// <summary>Starts a node with an empty store.</summary>
    protected abstract Task<JobsNode> StartAsync(SaveJobOptions options);

    protected abstract Task StopAsync();

    /// <summary>Asks until the store's clock has passed the wait of a millisecond.</summary>
    protected static async Task<IReadOnlyList<SaveJob>> OfferedAsync(ISaveJobs jobs)
    {
        IReadOnlyList<SaveJob> offered = [];
        await Patience.UntilAsync(
            async () => (offered = await jobs.ClaimOrphanedAsync(10, Lease, default)).Count > 0);
        return offered;
    }

    private static (SaveJobState State, int Attempts) Single(IReadOnlyList<SaveJob> jobs)
    {
        var job = Assert.Single(jobs);
        return (job.State, job.Attempts);
    }

    /// <summary>Within the half minute that a loaded machine may lose.</summary>
    private static void AssertIn(TimeSpan wait, DateTimeOffset at) =>
        Assert.InRange(at - DateTimeOffset.UtcNow, wait - TimeSpan.FromSeconds(30), wait + TimeSpan.FromSeconds(30));

    private async Task<(IDocumentLog Log, ISaveJobs Jobs)> OpenAsync(SaveJobOptions options)
    {
        var node = await StartAsync(options).Soon();
        return (node.Log, node.Jobs);
    }
}
