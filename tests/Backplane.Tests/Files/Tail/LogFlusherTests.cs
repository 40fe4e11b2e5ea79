using Relay.Backplane.Support;

namespace Relay.Backplane.Files;

public sealed class LogFlusherTests : IDisposable
{
    private readonly TestDirectory home = new();
    private readonly FakeTimeProvider time = new();
    private readonly MemoryFile[] files = [new(), new()];
    private readonly LogSegments segments;
    private readonly List<Exception?> ended = [];
    private readonly LogFlusher flusher;

    public LogFlusherTests()
    {
        segments = new LogSegments(files.Select((file, i) => new Segment(i + 1, $"{i + 1}", file, 0)));
        flusher = new LogFlusher(home.Path, time, segments.AcquireUnflushed, ended.Add, static flush => flush());
    }

    public void Dispose()
    {
        flusher.Dispose();
        home.Dispose();
    }

    [Fact]
    public void What_was_written_is_flushed_after_the_delay_and_once_for_all_of_it()
    {
        Write(1, 100);
        flusher.Wrote();
        time.Advance(LogFlusher.Delay - TimeSpan.FromMilliseconds(1));
        Write(1, 200);
        flusher.Wrote();
        Assert.Equal(0, files[1].Flushes);

        time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(1, files[1].Flushes);
        Assert.Equal(200, segments.Active.Flushed);
        Assert.Equal([null], ended);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, files[1].Flushes);
    }

    [Fact]
    public void A_full_segment_is_flushed_soon_and_the_active_one_is_not()
    {
        Write(0, 100);
        Write(1, 100);

        flusher.Sealed();
        time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal([1, 0], files.Select(file => file.Flushes));
        Assert.Equal((100, 0), (segments.Oldest.Flushed, segments.Active.Flushed));
    }

    [Fact]
    public void After_a_failed_flush_the_bytes_are_written_again_before_the_next_try()
    {
        Write(1, 100);
        segments.Active.Flushed = 40;
        files[1].Broken = new IOException("Input/output error.");
        Assert.Throws<IOException>(flusher.Flush);
        Assert.Contains("Input/output error", Assert.Throws<IOException>(flusher.ThrowIfFailing).Message);
        Assert.Equal(40, segments.Active.Flushed);
        files[1].Broken = null;
        files[1].Writes.Clear();

        time.Advance(LogFlusher.Delay);

        flusher.ThrowIfFailing();
        Assert.Equal([(60, 40)], files[1].Writes);
        Assert.Equal((1, 100), (files[1].Flushes, segments.Active.Flushed));
        Assert.Equal([null], ended);
    }

    [Fact]
    public void A_flush_that_fails_is_tried_again_after_each_delay()
    {
        Write(1, 100);
        flusher.Wrote();
        var error = files[1].Broken = new IOException("Input/output error.");

        time.Advance(LogFlusher.Delay);
        time.Advance(LogFlusher.Delay);
        Assert.Equal([error, error], ended);
        files[1].Broken = null;
        time.Advance(LogFlusher.Delay);

        Assert.Null(ended[^1]);
        Assert.Equal(3, ended.Count);
        Assert.Equal(100, segments.Active.Flushed);
    }

    [Fact]
    public void A_byte_that_waits_too_long_makes_the_writer_wait_unless_flushes_fail()
    {
        using var late = new LogFlusher(
            home.Path, new NoTimers(time), segments.AcquireUnflushed, ended.Add, static flush => flush());
        Assert.False(late.MustWait);
        late.Wrote();
        time.Advance(LogFlusher.Patience - TimeSpan.FromMilliseconds(1));
        Assert.False(late.MustWait);

        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(late.MustWait);

        // Then the writer does not wait: it refuses appends.
        Write(1, 100);
        files[1].Broken = new IOException("Input/output error.");
        Assert.Throws<IOException>(late.Flush);
        Assert.False(late.MustWait);
    }

    private void Write(int file, int length)
    {
        var segment = file == 0 ? segments.Oldest : segments.Active;
        segment.File.Write(new byte[length], 0);
        segment.Length = length;
    }

    /// <summary>A clock whose timers never fire, as those of a process that gets no processor.</summary>
    private sealed class NoTimers(TimeProvider clock) : TimeProvider
    {
        public override long TimestampFrequency => clock.TimestampFrequency;

        public override long GetTimestamp() => clock.GetTimestamp();

        public override ITimer CreateTimer(
            TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            clock.CreateTimer(static _ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
