using Relay.Backplane.Support;

namespace Relay.Backplane.Files;

public sealed class LogUpkeepTests : IDisposable
{
    private readonly LogParts parts = new(segmentBytes: FileLogOptions.MinSegmentBytes);
    private readonly LogCleaner cleaner;
    private readonly LogUpkeep upkeep;

    public LogUpkeepTests()
    {
        var expiry = new LogExpiry(
            parts.Index, parts.Tail, parts.Records, TimeSpan.FromHours(1), parts.Time, parts.Logger);
        cleaner = new LogCleaner(parts.Segments, parts.Tail,
            oldest => new SegmentCopy(oldest, parts.Index, parts.Tail, parts.Records, parts.Refusals, parts.Time),
            parts.Options.SegmentBytes, parts.Logger);
        upkeep = new LogUpkeep(expiry, cleaner, parts.Records);
    }

    public void Dispose() => parts.Dispose();

    [Fact]
    public void A_sweep_goes_first_and_what_it_frees_is_cleaned_step_by_step()
    {
        var end = parts.Fill(Sample.Name(), 20, bytes: 1000)[^1];
        Assert.False(upkeep.IsDue);
        parts.Stage(LogParts.Checkpoint(parts.Index.Unsaved()[0].Name, end, default));
        parts.Commit();
        parts.Time.Advance(TimeSpan.FromHours(1));
        upkeep.RequestSweep();
        Assert.True(upkeep.IsDue);

        upkeep.Step();

        Assert.Single(parts.Logger.Of(BackplaneEventId.FileLogDocumentExpired));
        Assert.Equal(CleaningStage.Due, cleaner.Stage);
        for (var steps = 1; upkeep.IsDue; steps++)
        {
            Assert.Equal(steps - 1, parts.Logger.Of(BackplaneEventId.FileLogSegmentRemoved).Length);
            Assert.Equal(0, parts.Records.Length);
            upkeep.Step();
        }

        Assert.Equal(1, parts.Segments.Count);
    }

    [Fact]
    public void A_failed_step_is_logged_and_leaves_no_record_in_the_group()
    {
        var name = Sample.Name();
        var end = parts.Fill(name, 1)[0];
        parts.Stage(LogParts.Checkpoint(name, end, default));
        parts.Commit();
        parts.Time.Advance(TimeSpan.FromHours(1));
        upkeep.RequestSweep();
        parts.Disk.Room = 10;

        upkeep.Step();

        Assert.Single(parts.Logger.Of(BackplaneEventId.FileLogCleaningFailed));
        Assert.Equal((0, false), (parts.Records.Length, upkeep.IsDue));
        parts.Disk.Room = long.MaxValue;
        upkeep.RequestSweep();
        upkeep.Step();
        Assert.Null(parts.Index.Find(name));
    }
}
