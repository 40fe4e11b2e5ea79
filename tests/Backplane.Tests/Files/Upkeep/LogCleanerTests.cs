using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane.Files;

public sealed class LogCleanerTests : IDisposable
{
    private readonly LogParts parts = new(segmentBytes: FileLogOptions.MinSegmentBytes);
    private readonly LogCleaner cleaner;
    private int begun;

    public LogCleanerTests() => cleaner = new LogCleaner(parts.Segments, parts.Tail, Begin, parts.Options.SegmentBytes,
        parts.Logger);

    public void Dispose() => parts.Dispose();

    [Fact]
    public void A_log_whose_files_take_no_more_than_they_may_is_left_alone()
    {
        parts.Fill(Sample.Name(), 20, bytes: 1000);
        Assert.True(parts.Segments.Count > 4);

        cleaner.Reconsider(hasFreed: true);

        Assert.Equal(CleaningStage.Rest, cleaner.Stage);
    }

    [Fact]
    public void A_segment_of_which_nothing_counts_is_removed_without_a_copy()
    {
        var name = FillThenTrim(out var kept);
        var path = parts.Segments.Oldest.Path;
        cleaner.Reconsider(hasFreed: true);
        Assert.Equal(CleaningStage.Due, cleaner.Stage);

        cleaner.Step();

        Assert.False(File.Exists(path));
        Assert.Equal(0, begun);
        Assert.NotEqual(path, parts.Segments.Oldest.Path);
        Assert.Equal(kept, parts.Index.Find(name)!.End);
    }

    [Fact]
    public void All_is_on_the_disk_before_a_segment_is_removed()
    {
        FillThenTrim(out _);
        var path = parts.Segments.Oldest.Path;
        cleaner.Reconsider(hasFreed: true);
        parts.Disk.FlushFails = true;

        Assert.Throws<IOException>(cleaner.Step);

        Assert.True(File.Exists(path));
        parts.Disk.FlushFails = false;
        cleaner.Step();
        Assert.False(File.Exists(path));
        Assert.All(parts.Segments.AcquireAll(), one =>
        {
            Assert.Equal(one.Length, one.Segment.Flushed);
            one.Segment.Release();
        });
    }

    [Fact]
    public void A_round_ends_when_the_files_take_no_more_than_they_may()
    {
        var kept = Sample.Name("kept");
        parts.Fill(kept, 3);
        FillThenTrim(out _);
        cleaner.Reconsider(hasFreed: true);

        for (var step = 0; cleaner.Stage != CleaningStage.Rest; step++)
        {
            Assert.True(step < 100);
            cleaner.Step();
            parts.Records.Clear();
        }

        Assert.True(begun > 0);
        var (live, total) = parts.Segments.Measure();
        Assert.InRange(total, 1, (2 * live) + (2 * parts.Options.SegmentBytes));
        Assert.Equal(3, parts.Index.Find(kept)!.Held.Count);
    }

    [Fact]
    public void A_damaged_segment_leaves_the_log_under_another_name()
    {
        FillThenTrim(out _);
        var oldest = parts.Segments.Oldest;
        oldest.HasDamage = true;
        cleaner.Reconsider(hasFreed: true);

        cleaner.Step();

        Assert.False(File.Exists(oldest.Path));
        Assert.True(File.Exists(oldest.Path + Segment.SetAsideSuffix));
        Assert.Equal(1, begun);
        Assert.Single(parts.Logger.Of(BackplaneEventId.FileLogSegmentSetAside));
    }

    [Fact]
    public void After_a_failure_cleaning_rests_until_something_changes_and_then_begins_anew()
    {
        parts.Fill(Sample.Name("kept"), 3);
        FillThenTrim(out _);
        cleaner.Reconsider(hasFreed: true);
        parts.Disk.ReadFails = true;

        cleaner.GiveUp(Assert.Throws<IOException>(cleaner.Step));

        Assert.Equal(CleaningStage.Rest, cleaner.Stage);
        Assert.Single(parts.Logger.Of(BackplaneEventId.FileLogCleaningFailed));
        cleaner.Reconsider(hasFreed: false);
        Assert.Equal(CleaningStage.Rest, cleaner.Stage);
        parts.Disk.ReadFails = false;
        parts.Fill(Sample.Name("new segment"), 1, bytes: FileLogOptions.MinSegmentBytes);
        cleaner.Reconsider(hasFreed: false);
        Assert.Equal(CleaningStage.Due, cleaner.Stage);
        cleaner.Step();
        Assert.Equal(2, begun);
    }

    [Fact]
    public void A_large_segment_is_in_the_stage_Copying_between_its_steps()
    {
        using var large = new LogParts(segmentBytes: 4 << 20);
        var (kept, trimmed) = (Sample.Name("kept"), Sample.Name("trimmed"));
        large.Fill(kept, 30, bytes: 100_000);
        var end = large.Fill(trimmed, 150, bytes: 100_000)[^1];
        large.Stage(LogParts.Checkpoint(trimmed, end, end));
        large.Commit();
        var steps = new LogCleaner(large.Segments, large.Tail,
            oldest => new SegmentCopy(oldest, large.Index, large.Tail, large.Records, large.Refusals, large.Time),
            large.Options.SegmentBytes, large.Logger);
        var oldest = large.Segments.Oldest;
        steps.Reconsider(hasFreed: true);
        Assert.Equal(CleaningStage.Due, steps.Stage);

        for (var step = 0; step < 2; step++)
        {
            steps.Step();
            large.Records.Clear();
            Assert.Equal((CleaningStage.Copying, oldest), (steps.Stage, large.Segments.Oldest));
        }

        steps.Step();
        Assert.NotSame(oldest, large.Segments.Oldest);
        Assert.NotEqual(CleaningStage.Copying, steps.Stage);
    }

    private SegmentCopy Begin(Segment oldest)
    {
        begun++;
        return new SegmentCopy(oldest, parts.Index, parts.Tail, parts.Records, parts.Refusals, parts.Time);
    }

    /// <summary>Fills six segments with a document of which only the end counts.</summary>
    private DocumentName FillThenTrim(out Position end)
    {
        var name = Sample.Name("trimmed");
        end = parts.Fill(name, 20, bytes: 1000)[^1];
        parts.Stage(LogParts.Checkpoint(name, end, end));
        parts.Commit();
        return name;
    }
}
