using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane.Files;

public sealed class LogTailTests
{
    private readonly DocumentName name = Sample.Name();
    private long offset;

    [Theory]
    [InlineData(FlushPolicy.Always, 3, true)]
    [InlineData(FlushPolicy.EverySecond, 0, true)]
    [InlineData(FlushPolicy.Never, 0, false)]
    public void A_group_is_flushed_when_the_policy_says(FlushPolicy policy, int flushes, bool isFlushedInTime)
    {
        using var parts = new LogParts(policy);
        var before = parts.Disk.Flushes;

        for (var i = 0; i < 3; i++)
        {
            Store(parts, 100);
        }

        var active = parts.Segments.Active;
        Assert.Equal(flushes, parts.Disk.Flushes - before);
        Assert.Equal(policy == FlushPolicy.Always, active.Flushed == active.Length);
        parts.Time.Advance(LogFlusher.Delay);
        Assert.Equal(isFlushedInTime, active.Flushed == active.Length);
    }

    [Fact]
    public void Groups_stand_one_after_the_other_and_say_how_much_before_them_may_be_torn()
    {
        using var parts = new LogParts();
        var first = Store(parts, 100);
        var second = Store(parts, 100);
        parts.Time.Advance(LogFlusher.Delay);
        var third = Store(parts, 100);
        var fourth = Store(parts, 100);

        Assert.Equal(Segment.HeaderLength, first.At);
        Assert.Equal([first.At + first.Length, second.At + second.Length, third.At + third.Length],
            new[] { second.At, third.At, fourth.At });
        var scanner = new SegmentScanner(first.Segment);
        Assert.Equal([0, (uint)first.Length, 0, (uint)third.Length],
            new[] { first, second, third, fourth }.Select(place => Unflushed(scanner, place)));
    }

    [Fact]
    public void A_failed_write_is_cut_off_and_leaves_the_log_as_it_was()
    {
        using var parts = new LogParts();
        var first = Store(parts, 100);
        parts.Disk.Room = 50;

        Assert.Throws<IOException>(() => Store(parts, 100));

        Assert.True(parts.Health.IsFailing);
        Assert.Equal(first.At + first.Length, parts.Segments.Active.Length);
        Assert.Equal(parts.Segments.Active.Length, parts.Segments.Active.File.Length);
        parts.Disk.Room = long.MaxValue;
        Assert.Equal(first.At + first.Length, Store(parts, 100).At);
        Assert.False(parts.Health.IsFailing);
    }

    [Fact]
    public void A_flush_that_fails_under_the_policy_Always_leaves_no_record()
    {
        using var parts = new LogParts(FlushPolicy.Always);
        var first = Store(parts, 100);
        parts.Disk.FlushFails = true;

        Assert.Throws<IOException>(() => Store(parts, 100));

        Assert.Equal(first.At + first.Length, parts.Segments.Active.File.Length);
        Assert.Equal(first.At + first.Length, parts.Segments.Active.Flushed);
        parts.Disk.FlushFails = false;
    }

    [Fact]
    public void While_bytes_of_a_failed_write_cannot_be_cut_off_none_are_written_behind_them()
    {
        using var parts = new LogParts();
        var first = Store(parts, 100);
        (parts.Disk.Room, parts.Disk.TruncateFails) = (50, true);
        Assert.Throws<IOException>(() => Store(parts, 100));
        parts.Disk.Room = long.MaxValue;

        var error = Assert.Throws<IOException>(() => Store(parts, 100));

        Assert.Contains("cannot be cut back", error.Message);
        Assert.Equal(first.At + first.Length + 50, parts.Segments.Active.File.Length);
        parts.Disk.TruncateFails = false;
        Assert.Equal(first.At + first.Length, Store(parts, 100).At);
    }

    [Fact]
    public void A_full_segment_is_followed_by_the_next_once_those_before_it_are_on_the_disk()
    {
        using var parts = new LogParts(segmentBytes: FileLogOptions.MinSegmentBytes);
        var first = Store(parts, 3000).Segment;
        var second = Store(parts, 3000).Segment;
        Assert.Equal((1, 2), (first.Number, second.Number));
        Assert.Equal(first.Length, SegmentLengthBefore(parts, second));
        Assert.NotEqual(first.Length, first.Flushed);

        var third = Store(parts, 3000).Segment;

        Assert.Equal(first.Length, first.Flushed);
        Assert.Equal((3, 3), (third.Number, parts.Segments.Count));
        Store(parts, 3000);
        parts.Disk.FlushFails = true;
        Assert.Throws<IOException>(() => Store(parts, 3000));
        Assert.Equal(4, parts.Segments.Count);
        parts.Disk.FlushFails = false;
    }

    [Fact]
    public void A_segment_that_cannot_be_begun_leaves_the_active_one_to_smaller_groups()
    {
        using var parts = new LogParts(segmentBytes: FileLogOptions.MinSegmentBytes);
        Store(parts, 3000);
        parts.Disk.OpenFails = true;

        Assert.Throws<IOException>(() => Store(parts, 3000));

        Assert.Equal(1, Store(parts, 10).Segment.Number);
        parts.Disk.OpenFails = false;
        Assert.Equal(2, Store(parts, 3000).Segment.Number);
    }

    [Fact]
    public void One_record_may_be_larger_than_a_segment()
    {
        using var parts = new LogParts(segmentBytes: FileLogOptions.MinSegmentBytes);

        Assert.Equal(1, Store(parts, 20_000).Segment.Number);
        Assert.Equal(2, Store(parts, 1).Segment.Number);
    }

    [Fact]
    public void A_closed_log_is_on_the_disk_and_its_mark_says_so()
    {
        using var parts = new LogParts(FlushPolicy.Never);
        var place = Store(parts, 100);

        parts.Tail.Close();

        Assert.Equal(new FlushMark(1, place.At + place.Length), FlushMark.TryRead(parts.Home.Log));
        Assert.Equal(place.At + place.Length, parts.Segments.Active.Flushed);
    }

    [Fact]
    public void A_log_that_cannot_be_flushed_when_it_closes_leaves_no_mark_and_says_so()
    {
        using var parts = new LogParts();
        Store(parts, 100);
        parts.Disk.FlushFails = true;

        parts.Tail.Close();

        Assert.Null(FlushMark.TryRead(parts.Home.Log));
        Assert.Single(parts.Logger.Of(BackplaneEventId.FileLogNotFlushed));
        parts.Disk.FlushFails = false;
    }

    private static long SegmentLengthBefore(LogParts parts, Segment segment) =>
        Segment.TryOpen(segment.Number, segment.Path, parts.Disk.Open(segment.Path, FileMode.Open), out _) is { } opened
            ? Release(opened).PreviousLength
            : -1;

    private static Segment Release(Segment segment)
    {
        segment.Release();
        return segment;
    }

    private static uint Unflushed(SegmentScanner scanner, RecordPlace place)
    {
        Assert.Equal(ScanStatus.Record, scanner.ReadAt(place.At));
        return scanner.Unflushed;
    }

    /// <summary>Stores a group of one record.</summary>
    private RecordPlace Store(LogParts parts, int payload)
    {
        parts.Records.Clear();
        var position = new Position(1, ++offset, Sample.Id());
        parts.Records.Add(
            new RecordHeader(RecordKind.Entry, EntryKind.Update, 1, position, offset - 1, EntryId.None), name,
            new byte[payload]);
        return parts.Tail.Store(parts.Records);
    }
}
