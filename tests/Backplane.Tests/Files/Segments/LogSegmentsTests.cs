using Relay.Backplane.Support;

namespace Relay.Backplane.Files;

public sealed class LogSegmentsTests
{
    private readonly MemoryFile[] files = [new(), new(), new()];
    private readonly LogSegments segments;

    public LogSegmentsTests() =>
        segments = new LogSegments(files.Select((file, i) => new Segment(i + 1, $"{i + 1}", file, 0)));

    [Fact]
    public void A_segment_that_was_acquired_stays_open_when_it_leaves_the_log()
    {
        var acquired = segments.AcquireAll();
        Assert.Equal([1, 2, 3], acquired.Select(one => one.Segment.Number));

        segments.RemoveOldest();

        Assert.False(files[0].IsDisposed);
        Assert.Equal(2, segments.Oldest.Number);
        acquired.ForEach(one => one.Segment.Release());
        Assert.Equal([true, false, false], files.Select(file => file.IsDisposed));
    }

    [Fact]
    public void A_closed_log_closes_its_files_and_has_no_segments_to_read_or_to_flush()
    {
        segments.Active.Length = 100;
        var reader = segments.AcquireUnflushed(includesActive: true);

        segments.Close();

        Assert.Equal([false, false, false], files.Select(file => file.IsDisposed));
        reader.ForEach(one => one.Segment.Release());
        Assert.All(files, file => Assert.True(file.IsDisposed));
        Assert.Empty(segments.AcquireUnflushed(includesActive: true));
        Assert.Throws<ObjectDisposedException>(() => segments.AcquireAll());
    }

    [Fact]
    public void What_is_not_flushed_comes_in_order_and_without_the_active_segment_if_that_is_not_asked_for()
    {
        var all = segments.AcquireAll().ConvertAll(one => one.Segment);
        (all[0].Length, all[1].Length, all[2].Length) = (100, 200, 300);
        all[0].Flushed = 100;
        all[1].Flushed = 150;

        Assert.Equal([(2, 200), (3, 300)], Unflushed(includesActive: true));
        Assert.Equal([(2, 200)], Unflushed(includesActive: false));
        segments.Add(new Segment(4, "4", new MemoryFile(), 0));
        Assert.Equal([(2, 200), (3, 300)], Unflushed(includesActive: false));
    }

    [Theory]
    [InlineData(200, 0, Segment.HeaderLength)]
    [InlineData(200, 250, 250)]
    [InlineData(199, 0, 0)]
    [InlineData(199, 250, 250)]
    public void How_much_of_the_active_segment_is_flushed_depends_on_the_one_before(
        long before, long active, long known)
    {
        var all = segments.AcquireAll().ConvertAll(one => one.Segment);
        (all[1].Length, all[2].Length) = (200, 300);
        (all[1].Flushed, all[2].Flushed) = (before, active);

        Assert.Equal(before == 200, segments.IsFlushedBeforeActive);
        Assert.Equal(known, segments.KnownFlushed);
    }

    [Fact]
    public void Segments_are_found_by_number_and_measured()
    {
        var all = segments.AcquireAll().ConvertAll(one => one.Segment);
        (all[0].Length, all[0].LiveBytes, all[2].Length, all[2].LiveBytes) = (100, 60, 300, 200);

        Assert.Equal((260, 100 + Segment.HeaderLength + 300), segments.Measure());
        Assert.Same(all[1], segments.Of(2));
        segments.RemoveOldest();
        Assert.Throws<InvalidOperationException>(() => segments.Of(1));
        Assert.Same(all[2], segments.Of(3));
        Assert.Equal(2, segments.Count);
    }

    private IEnumerable<(long, long)> Unflushed(bool includesActive) =>
        segments.AcquireUnflushed(includesActive).Select(one => (one.Segment.Number, one.Length));
}
