using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane.Files;

public sealed class SegmentCopyTests : IDisposable
{
    private readonly LogParts parts = new(segmentBytes: FileLogOptions.MinSegmentBytes);

    public void Dispose() => parts.Dispose();

    [Fact]
    public async Task What_counts_is_stored_at_the_end_before_the_index_names_it_there_and_the_rest_is_not()
    {
        var (kept, trimmed) = (Sample.Name("kept"), Sample.Name("trimmed"));
        var at = parts.Fill(trimmed, 5);
        var positions = parts.Fill(kept, 5);
        Trim(trimmed, at[4]);
        var oldest = parts.Segments.Oldest;
        NextSegment();
        var copy = Copy(oldest);
        parts.Disk.BeforeWrite = () => Assert.Same(oldest, parts.Index.Find(kept)!.Held[1].Segment);
        parts.Disk.Writes.Clear();

        copy.Step();

        Assert.True(copy.IsComplete);
        Assert.Equal(0, oldest.LiveBytes);
        Assert.Equal(parts.Records.Length, parts.Disk.Writes.Last());
        parts.Disk.BeforeWrite = null;
        Assert.All(Enumerable.Range(1, 5), offset =>
            Assert.Same(parts.Segments.Active, parts.Index.Find(kept)!.Held[offset].Segment));
        var read = await new LogReader(parts.Index, parts.Refusals, parts.Home.Log)
            .ReadAsync(kept, Position.None, default).AsTask().Soon();
        Assert.Equal(positions, read.Entries.Select(entry => entry.Position));
        Assert.Equal(at[4], parts.Index.Find(trimmed)!.Start);
    }

    [Fact]
    public void Copies_that_cannot_be_stored_leave_the_index_as_it_was()
    {
        var name = Sample.Name();
        parts.Fill(name, 5);
        var oldest = parts.Segments.Oldest;
        NextSegment();
        var (copy, live) = (Copy(oldest), oldest.LiveBytes);
        parts.Disk.Room = 10;

        Assert.Throws<IOException>(copy.Step);

        Assert.Equal(live, oldest.LiveBytes);
        Assert.Same(oldest, parts.Index.Find(name)!.Held[5].Segment);
    }

    [Fact]
    public void A_segment_without_anything_that_counts_costs_no_write()
    {
        var name = Sample.Name();
        var at = parts.Fill(name, 5);
        var oldest = parts.Segments.Oldest;
        NextSegment();
        Trim(name, at[4]);
        parts.Disk.Writes.Clear();

        Copy(oldest).Step();

        Assert.Empty(parts.Disk.Writes);
    }

    [Fact]
    public void A_record_that_does_not_read_has_its_document_refused_and_a_record_that_says_so()
    {
        var (bad, good) = (Sample.Name("bad"), Sample.Name("good"));
        parts.Fill(good, 1);
        parts.Fill(bad, 1);
        parts.DamageLastRecord();
        var oldest = parts.Segments.Oldest;
        NextSegment();

        Copy(oldest).Step();

        var problem = parts.Index.ProblemOf(bad)!;
        Assert.Contains(oldest.Path, problem);
        Assert.True(oldest.HasDamage);
        Assert.Empty(parts.Index.UnrecordedDamage());
        Assert.Null(parts.Index.ProblemOf(good));
        var scanner = new SegmentScanner(parts.Segments.Active);
        var found = parts.Segments.Active.Length - parts.Records.Length;
        Assert.Equal(ScanStatus.Record, scanner.ReadAt(found));
        Assert.Equal((RecordKind.Entry, good), (scanner.Header.Kind, scanner.Document));
        Assert.Equal(ScanStatus.Record, scanner.ReadAt(found + scanner.Length));
        Assert.Equal((RecordKind.Damage, bad), (scanner.Header.Kind, scanner.Document));
        Assert.Equal(problem, System.Text.Encoding.UTF8.GetString(scanner.Payload));
    }

    [Fact]
    public void A_large_segment_is_copied_in_steps_and_no_step_writes_much_more_than_a_mebibyte()
    {
        var name = Sample.Name();
        using var large = new LogParts(segmentBytes: 64 << 20);
        large.Fill(name, 30, bytes: 100_000);
        var oldest = large.Segments.Oldest;
        large.Segments.Add(SegmentCreation.Create(large.Home.Log, 2, oldest.Length, large.Options));
        var copy = new SegmentCopy(oldest, large.Index, large.Tail, large.Records, large.Refusals, large.Time);
        large.Disk.Writes.Clear();

        for (var live = oldest.LiveBytes; !copy.IsComplete; live = oldest.LiveBytes)
        {
            large.Records.Clear();
            copy.Step();
            Assert.True(oldest.LiveBytes < live);
        }

        Assert.Equal(3, large.Disk.Writes.Count);
        Assert.All(large.Disk.Writes, length => Assert.InRange(length, 1, (1 << 20) + 101_000));
        Assert.Equal(0, oldest.LiveBytes);
    }

    private SegmentCopy Copy(Segment segment) =>
        new(segment, parts.Index, parts.Tail, parts.Records, parts.Refusals, parts.Time);

    private void Trim(DocumentName name, Position end)
    {
        parts.Stage(LogParts.Checkpoint(name, end, end));
        parts.Commit();
    }

    private void NextSegment()
    {
        parts.Fill(Sample.Name("filler"), 2, bytes: FileLogOptions.MinSegmentBytes);
        Assert.NotSame(parts.Segments.Oldest, parts.Segments.Active);
    }
}
