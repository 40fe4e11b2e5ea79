using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane.Files;

/// <summary>Jobs of the file log and time, restarts and damage.</summary>
public sealed class FileSaveJobsTests : FileLogFixture
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task What_a_start_finds_unsaved_is_orphaned_at_once()
    {
        Open();
        var (saved, unsaved) = (Sample.Name("saved"), Sample.Name("unsaved"));
        var at = await Log.FillAsync(saved, 2);
        await Log.CheckpointAsync(saved, at[2], Position.None, default).Soon();
        var start = await Log.FillAsync(unsaved, 2);
        await Log.CheckpointAsync(unsaved, start[1], Position.None, default).Soon();
        Assert.Empty(await Log.ClaimOrphanedAsync(10, Lease, default).Soon());

        await ReopenAsync();

        Assert.Equal(unsaved, Assert.Single(await Log.ClaimOrphanedAsync(10, Lease, default).Soon()).Document);
        Assert.Equal(start[1], (await Log.ClaimAsync(unsaved, Lease, default).Soon()).Saved);
    }

    [Fact]
    public async Task A_document_becomes_orphaned_with_time_and_a_claim_ends_with_its_lease()
    {
        Open();
        var name = Sample.Name();
        await Log.FillAsync(name, 1);
        Time.Advance(TimeSpan.FromMinutes(2));
        await Log.FillAsync(Sample.Name(), 1);
        Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(name, Assert.Single(await Log.ClaimOrphanedAsync(10, Lease, default).Soon()).Document);
        Time.Advance(TimeSpan.FromSeconds(59));
        Assert.Empty(await Log.ClaimOrphanedAsync(10, Lease, default).Soon());
        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2,
            (await Log.ClaimOrphanedAsync(10, Lease, default).Soon()).Single(job => job.Document == name).Attempts);
    }

    [Fact]
    public async Task A_damaged_document_is_a_job_with_its_problem()
    {
        Open();
        var name = Sample.Name();
        var first = await Log.AppendAsync(name, 0, Sample.Update("find me here"u8.ToArray()), default).Soon();
        await Log.CheckpointAsync(name, first.Position, Position.None, default).Soon();
        await CloseAsync();
        var bytes = await File.ReadAllBytesAsync(Home.Segments[0]);
        bytes[bytes.AsSpan().IndexOf("find me here"u8)] ^= 1;
        await File.WriteAllBytesAsync(Home.Segments[0], bytes);

        Open();

        var problem = (await ReadAsync(name)).Problem;
        var job = Assert.Single(await Log.ListAsync(10, default).Soon());
        Assert.Equal((name, SaveJobState.Retried, problem), (job.Document, job.State, job.Problem));
        await Log.CheckpointAsync(name, first.Position, Position.None, default).Soon();
        Assert.Single(await Log.ClaimOrphanedAsync(10, Lease, default).Soon());
    }

    [Fact]
    public void A_search_for_forgotten_documents_looks_at_none_before_one_is_due()
    {
        var options = new SaveJobOptions();
        var jobs = new FileSaveJobs(options, Time);
        var names = Enumerable.Range(0, 100).Select(number => Sample.Name($"{number}")).ToArray();
        foreach (var name in names)
        {
            jobs.Appended(name);
            Time.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.Empty(jobs.ClaimOrphaned(10, Lease));
        Assert.Equal(0, jobs.LookedAt);
        Time.Advance(options.OrphanedAfter - TimeSpan.FromMilliseconds(100));
        Assert.Equal(names[0], Assert.Single(jobs.ClaimOrphaned(10, Lease)).Document);
        Assert.Equal(100, jobs.LookedAt);
        Assert.Empty(jobs.ClaimOrphaned(10, Lease));
        Assert.Equal(100, jobs.LookedAt);
        Array.ForEach(names, jobs.Saved);
        Time.Advance(options.OrphanedAfter);
        Assert.Empty(jobs.ClaimOrphaned(10, Lease));
        jobs.Found(names[5], problem: null);
        Assert.Equal(names[5], Assert.Single(jobs.ClaimOrphaned(10, Lease)).Document);
        Assert.Equal(101, jobs.LookedAt);
    }
}
