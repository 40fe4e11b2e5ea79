using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane.Files;

public sealed class LogWriterTests : IDisposable
{
    private readonly DocumentName name = Sample.Name();
    private LogParts parts = new();
    private WriterQueue queue = null!;
    private InProcessChannel channel = null!;
    private bool mustWait;

    public void Dispose() => parts.Dispose();

    [Fact]
    public async Task A_group_is_written_then_shown_and_made_a_job_then_answered_and_then_delivered()
    {
        var writer = Make();
        var steps = new List<string>();
        parts.Disk.BeforeWrite = () => steps.Add($"write: shown {IsShown()}, jobs {Jobs()}");
        var listener = new Listener();
        await channel.SubscribeAsync(name, listener, default).Soon();
        var request = LogParts.Append(name, 0, Sample.Update(1));
        listener.OnHeard = () => steps.Add(
            $"deliver: shown {IsShown()}, jobs {Jobs()}, answered {request.GetStatus(request.Version)}");

        writer.Submit(request);

        Assert.Equal(
            ["write: shown False, jobs 0", "deliver: shown True, jobs 1, answered Succeeded"], steps);
        Assert.Equal(WriterStage.Idle, queue.Stage);
    }

    [Fact]
    public void A_group_that_cannot_be_stored_fails_whole_and_is_neither_shown_nor_delivered()
    {
        var writer = Make();
        var at = parts.Fill(name, 1)[0];
        parts.Disk.Room = 10;
        var (append, fresh) = (LogParts.Append(name, at.Epoch, Sample.Update(2)),
            LogParts.Append(Sample.Name("fresh"), 0, Sample.Update(1)));
        mustWait = true;
        writer.Submit(append);
        mustWait = false;

        writer.Submit(fresh);

        foreach (var request in new[] { append, fresh })
        {
            var error = Assert.Throws<BackplaneUnavailableException>(() => LogParts.ResultOf(request));
            Assert.Contains("No space left", error.Message);
        }

        Assert.Equal(at, parts.Index.Find(name)!.End);
        Assert.Null(parts.Index.Find(fresh.Document));
        Assert.Equal((0, 0), (parts.Records.Length, parts.Staging.Requests.Length));
    }

    [Fact]
    public async Task Under_the_policy_Always_another_thread_writes()
    {
        parts.Dispose();
        parts = new LogParts(FlushPolicy.Always);
        var writer = Make();
        using var blocked = new SemaphoreSlim(0);
        parts.Disk.BeforeWrite = () => blocked.Pass();
        var request = LogParts.Append(name, 0, Sample.Update(1));

        writer.Submit(request);

        Assert.Equal(WriterStage.Working, queue.Stage);
        blocked.Release();
        await queue.WhenIdleAsync().Soon();
        Assert.Equal(AppendOutcome.StartedEpoch, LogParts.ResultOf(request).Outcome);
    }

    [Fact]
    public async Task Draining_answers_what_waits_and_leaves_other_work_undone()
    {
        var writer = Make();
        var saved = Sample.Name("saved");
        var at = parts.Fill(saved, 1)[0];
        parts.Stage(LogParts.Checkpoint(saved, at, Position.None));
        parts.Commit();
        parts.Time.Advance(TimeSpan.FromDays(2));
        var request = LogParts.Append(name, 0, Sample.Update(1));
        mustWait = true;
        writer.Submit(request);
        using var blocked = new SemaphoreSlim(0);
        parts.Disk.BeforeWrite = () => blocked.Pass();

        var drained = writer.DrainAsync();
        writer.Sweep();
        blocked.Release(2);
        await drained.Soon();

        Assert.Equal(AppendOutcome.StartedEpoch, LogParts.ResultOf(request).Outcome);
        Assert.Equal(WriterStage.Closed, queue.Stage);
        Assert.NotNull(parts.Index.Find(saved));
        Assert.Throws<ObjectDisposedException>(() => writer.Submit(LogParts.Append(name, 0, Sample.Update(2))));
    }

    [Fact]
    public async Task A_sweep_and_the_end_of_a_flush_each_make_a_writer()
    {
        var writer = Make();
        var saved = Sample.Name("saved");
        var at = parts.Fill(saved, 1)[0];
        parts.Stage(LogParts.Checkpoint(saved, at, Position.None));
        parts.Commit();
        parts.Time.Advance(TimeSpan.FromDays(2));

        writer.Sweep();
        await queue.WhenIdleAsync().Soon();
        Assert.Null(parts.Index.Find(saved));

        mustWait = true;
        var request = LogParts.Append(name, 0, Sample.Update(1));
        writer.Submit(request);
        mustWait = false;
        writer.Resume();
        await queue.WhenIdleAsync().Soon();
        Assert.Equal(AppendOutcome.StartedEpoch, LogParts.ResultOf(request).Outcome);
    }

    private LogWriter Make()
    {
        var upkeep = new LogUpkeep(
            new LogExpiry(parts.Index, parts.Tail, parts.Records, TimeSpan.FromDays(1), parts.Time, parts.Logger),
            new LogCleaner(parts.Segments, parts.Tail,
                oldest => new SegmentCopy(
                    oldest, parts.Index, parts.Tail, parts.Records, parts.Refusals, parts.Time),
                parts.Options.SegmentBytes, parts.Logger),
            parts.Records);
        queue = new WriterQueue(() => mustWait, () => upkeep.IsDue);
        channel = new InProcessChannel(parts.Logger);
        return new LogWriter(queue, parts.Staging, parts.Records, parts.Tail, parts.Index,
            new LogJobs(parts.SaveJobs, parts.Index), channel, upkeep, parts.Home.Log,
            handsOver: parts.Options.Flush == FlushPolicy.Always);
    }

    private bool IsShown()
    {
        var plan = parts.Index.PlanRead(name, Position.None);
        plan.Release();
        return plan.Frame.Outcome == LogReadOutcome.Entries;
    }

    private int Jobs() => parts.SaveJobs.List(10).Count;

    private sealed class Listener : IChannelListener
    {
        public Action? OnHeard { get; set; }

        public void OnEntry(in LoggedEntry entry) => OnHeard?.Invoke();

        public void OnAwareness(ulong node, AwarenessKind kind, ReadOnlyMemory<byte> content)
        {
        }

        public void OnStateless(ulong sender, ReadOnlyMemory<byte> message)
        {
        }

        public void OnSaved(Position position)
        {
        }

        public void OnInterrupted()
        {
        }
    }
}
