using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane.Files;

public sealed class LogJobsTests : IDisposable
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private readonly LogParts parts = new();
    private readonly LogJobs jobs;
    private readonly DocumentName name = Sample.Name();

    public LogJobsTests() => jobs = new LogJobs(parts.SaveJobs, parts.Index);

    public void Dispose() => parts.Dispose();

    [Fact]
    public async Task What_a_start_finds_unsaved_is_a_job_and_a_damaged_one_says_why()
    {
        var damaged = Sample.Name("damaged");
        parts.Fill(name, 1);
        parts.Fill(damaged, 1);
        parts.Index.TryRefuse(damaged, parts.Segments.Active, "It does not read.", isDamage: true);

        jobs.AddFound();

        var found = await jobs.ListAsync(10, default).AsTask().Soon();
        Assert.Equal([(damaged, "It does not read."), (name, null)], found.Select(job => (job.Document, job.Problem)));
        Assert.Equal(2, (await jobs.ClaimOrphanedAsync(10, Lease, default).AsTask().Soon()).Count);
    }

    [Fact]
    public async Task A_stored_entry_makes_a_job_and_a_checkpoint_of_the_end_ends_it()
    {
        var first = Apply(LogParts.Append(name, 0, Sample.Update(1))).Position;
        var second = Apply(LogParts.Append(name, first.Epoch, Sample.Update(2))).Position;
        Assert.Single(await jobs.ListAsync(10, default).AsTask().Soon());

        Apply(LogParts.Checkpoint(name, first, Position.None));
        Assert.Single(await jobs.ListAsync(10, default).AsTask().Soon());
        Assert.Equal(first, (await jobs.ClaimAsync(name, Lease, default).AsTask().Soon()).Saved);
        Apply(LogParts.Checkpoint(name, second, Position.None));

        Assert.Empty(await jobs.ListAsync(10, default).AsTask().Soon());
        Assert.Equal(second, (await jobs.ClaimAsync(name, Lease, default).AsTask().Soon()).Saved);
    }

    [Fact]
    public async Task A_checkpoint_before_the_end_gives_back_the_claim_of_a_document_that_needs_saving_still()
    {
        var first = Apply(LogParts.Append(name, 0, Sample.Update(1))).Position;
        Apply(LogParts.Append(name, first.Epoch, Sample.Update(2)));
        await jobs.ClaimAsync(name, TimeSpan.FromDays(1), default).AsTask().Soon();
        Assert.Equal(SaveJobState.Claimed, await StateAsync());

        Apply(LogParts.Checkpoint(name, first, Position.None));

        Assert.Equal(SaveJobState.Available, await StateAsync());
    }

    [Fact]
    public async Task An_answer_without_a_record_changes_no_job()
    {
        var first = Apply(LogParts.Append(name, 0, Sample.Update(1))).Position;
        Apply(LogParts.Checkpoint(name, first, Position.None));

        Apply(LogParts.Append(name, first.Epoch + 1, Sample.Update(2)));

        Assert.Empty(await jobs.ListAsync(10, default).AsTask().Soon());
    }

    [Fact]
    public async Task A_damaged_log_that_begins_anew_is_a_job_without_a_problem()
    {
        var end = parts.Fill(name, 1)[0];
        parts.Refusals.Refuse(name, parts.Segments.Active, "It does not read.", isDamage: true);
        Apply(LogParts.Append(name, end.Epoch, Sample.Update(2)));
        Assert.Equal("It does not read.", Assert.Single(await jobs.ListAsync(10, default).AsTask().Soon()).Problem);
        Assert.Equal(Position.None, (await jobs.ClaimAsync(name, Lease, default).AsTask().Soon()).Saved);

        Apply(LogParts.Append(name, end.Epoch, Sample.Update(2), replaced: end, mends: true));

        Assert.Null(Assert.Single(await jobs.ListAsync(10, default).AsTask().Soon()).Problem);
    }

    [Fact]
    public async Task Impossible_arguments_are_refused()
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => jobs.ClaimAsync(name, TimeSpan.Zero, default).AsTask());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => jobs.ClaimOrphanedAsync(-1, Lease, default).AsTask());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => jobs.ListAsync(-1, default).AsTask());
        await Assert.ThrowsAsync<ArgumentNullException>(() => jobs.FailAsync(name, null!, default).AsTask());
    }

    /// <summary>A group of one request, as the writer has it.</summary>
    private AppendResult Apply(LogRequest request)
    {
        var result = parts.Stage(request).Result;
        if (parts.Records.Length > 0)
        {
            var place = parts.Tail.Store(parts.Records);
            parts.Index.Commit(parts.Staging.Requests, place.Segment, place.At);
        }

        jobs.Update(parts.Staging.Requests);
        parts.Records.Clear();
        parts.Staging.Clear();
        return result;
    }

    private async Task<SaveJobState> StateAsync() =>
        Assert.Single(await jobs.ListAsync(10, default).AsTask().Soon()).State;
}
