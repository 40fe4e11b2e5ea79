using Relay.Backplane;
using Relay.Yjs;

namespace Relay.Api;

/// <summary>The jobs, as all who ask one node share them.</summary>
public sealed class SharedJobsTests
{
    private readonly FakeTimeProvider time = new();
    private readonly SlowJobs jobs = new();
    private readonly SharedJobs shared;

    public SharedJobsTests() => shared = new SharedJobs(jobs, time);

    [Fact]
    public async Task All_who_ask_within_two_seconds_share_one_reading()
    {
        var first = shared.ListAsync(default);
        var second = shared.ListAsync(default);
        jobs.Readings[0].SetResult([]);
        Assert.Same(await first, await second);
        Advance(1.9);
        Assert.Same(await first, await shared.ListAsync(default));
        Assert.Single(jobs.Readings);
        Advance(0.1);
        var later = shared.ListAsync(default);
        Assert.False(later.IsCompleted);
        Assert.Equal(2, jobs.Readings.Count);
    }

    [Fact]
    public async Task While_a_reading_lasts_no_other_one_begins()
    {
        var first = shared.ListAsync(default);
        Advance(60);
        var second = shared.ListAsync(default);
        Assert.Single(jobs.Readings);
        jobs.Readings[0].SetResult([]);
        Assert.Same(await first, await second);
    }

    [Fact]
    public async Task Who_goes_takes_nothing_from_the_others()
    {
        using var gone = new CancellationTokenSource();
        var first = shared.ListAsync(gone.Token);
        var second = shared.ListAsync(default);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        jobs.Readings[0].SetResult([]);
        Assert.Empty(await second);
    }

    [Fact]
    public async Task A_reading_that_fails_fails_for_all_and_the_next_one_does_not()
    {
        var first = shared.ListAsync(default);
        jobs.Readings[0].SetException(new BackplaneUnavailableException("It is away."));
        await Assert.ThrowsAsync<BackplaneUnavailableException>(() => first);
        await Assert.ThrowsAsync<BackplaneUnavailableException>(() => shared.ListAsync(default));
        Advance(2);
        var later = shared.ListAsync(default);
        jobs.Readings[1].SetResult([]);
        Assert.Empty(await later);
    }

    [Fact]
    public void After_something_was_done_about_a_job_the_jobs_are_read_again_also_when_a_reading_lasts_still()
    {
        _ = shared.ListAsync(default);
        shared.Forget();
        _ = shared.ListAsync(default);
        Assert.Equal(2, jobs.Readings.Count);
    }

    private void Advance(double seconds) => time.Advance(TimeSpan.FromSeconds(seconds));

    private sealed class SlowJobs : ISaveJobs
    {
        public List<TaskCompletionSource<IReadOnlyList<SaveJob>>> Readings { get; } = [];

        public ValueTask<SaveClaim> ClaimAsync(DocumentName document, TimeSpan lease, CancellationToken cancellation) =>
            throw new InvalidOperationException();

        public ValueTask<IReadOnlyList<SaveJob>> ClaimOrphanedAsync(int most, TimeSpan lease,
            CancellationToken cancellation) => throw new InvalidOperationException();

        public ValueTask FailAsync(DocumentName document, string problem, CancellationToken cancellation) =>
            throw new InvalidOperationException();

        public ValueTask<IReadOnlyList<SaveJob>> ListAsync(int most, CancellationToken cancellation)
        {
            Readings.Add(new TaskCompletionSource<IReadOnlyList<SaveJob>>());
            return new ValueTask<IReadOnlyList<SaveJob>>(Readings[^1].Task);
        }
    }
}
