using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane.Files;

public sealed class SegmentScannerTests
{
    private readonly MemoryFile file = new();
    private readonly Segment segment;
    private readonly DocumentName name = Sample.Name();
    private long offset;

    public SegmentScannerTests() => segment = Segment.Begin(1, "1", file, previousLength: 0);

    [Fact]
    public void Records_are_shown_one_after_the_other()
    {
        var places = new[] { Add(10), Add(2 << 20), Add(0) };
        var scanner = new SegmentScanner(segment);

        for (var i = 0; i < places.Length; i++)
        {
            Assert.Equal(ScanStatus.Record, scanner.ReadAt(places[i].At));
            Assert.Equal((name, i + 1, places[i].Length),
                (scanner.Document, scanner.Header.Position.Offset, scanner.Length));
            Assert.Equal(new[] { 10, 2 << 20, 0 }[i], scanner.Payload.Length);
        }
    }

    [Fact]
    public void A_damaged_payload_is_told_from_a_damaged_header_and_from_an_incomplete_record()
    {
        var (first, second) = (Add(10), Add(10));
        Flip(first.At + first.Length - LogRecord.TrailerLength - 1);
        Flip(second.At + 40);
        var scanner = new SegmentScanner(segment);
        Assert.Equal(ScanStatus.PayloadDamaged, scanner.ReadAt(first.At));
        Assert.Equal(first.Length, scanner.Length);
        Assert.Equal(ScanStatus.NoHeader, scanner.ReadAt(second.At));
        Assert.Equal(ScanStatus.NoHeader, scanner.ReadAt(first.At + 1));

        Flip(second.At + 40);
        segment.Length--;
        Assert.Equal(ScanStatus.Incomplete, new SegmentScanner(segment).ReadAt(second.At));
        segment.Length = second.At + 20;
        Assert.Equal(ScanStatus.NoHeader, new SegmentScanner(segment).ReadAt(second.At));
    }

    [Fact]
    public void A_record_is_found_behind_bytes_that_are_none()
    {
        var first = Add(10);
        var noise = new byte[100];
        LogRecord.Magic.CopyTo(noise.AsSpan(30));
        file.Write(noise, segment.Length);
        segment.Length += noise.Length;
        var second = Add(10);
        var scanner = new SegmentScanner(segment);

        Assert.Equal(first.At, scanner.Find(Segment.HeaderLength));
        Assert.Equal(second.At, scanner.Find(first.At + 1));
        Assert.Equal(-1, scanner.Find(second.At + 1));
    }

    [Fact]
    public void The_farthest_flush_that_records_tell_of_counts()
    {
        var first = Add(10, unflushed: 0);
        var second = Add(10, unflushed: (uint)first.Length);
        var third = Add(10, unflushed: uint.MaxValue);
        var scanner = new SegmentScanner(segment);

        Assert.Equal(first.At, scanner.LatestFlushKnown(Segment.HeaderLength));
        Assert.Equal(second.At - first.Length, scanner.LatestFlushKnown(second.At));
        Assert.Equal(-1, scanner.LatestFlushKnown(third.At + 1));
    }

    [Fact]
    public void A_record_of_another_segment_does_not_look_like_one_of_this()
    {
        var place = Add(10);
        var bytes = new byte[segment.Length];
        file.Read(bytes, 0);
        var other = new MemoryFile();
        var begun = Segment.Begin(2, "2", other, previousLength: 0);
        Assert.NotEqual(segment.Seed, begun.Seed);
        other.Write(bytes.AsSpan((int)place.At), place.At);
        begun.Length = bytes.Length;

        Assert.Equal(ScanStatus.NoHeader, new SegmentScanner(begun).ReadAt(place.At));
    }

    [Fact]
    public void A_file_that_became_shorter_is_an_error()
    {
        var place = Add(10);
        file.Truncate(place.At + 5);

        Assert.Throws<IOException>(() => new SegmentScanner(segment).ReadAt(place.At));
    }

    private RecordPlace Add(int payload, uint unflushed = 0)
    {
        var group = new RecordGroup();
        var position = new Position(1, ++offset, Sample.Id());
        group.Add(new RecordHeader(RecordKind.Entry, EntryKind.Update, 1, position, offset - 1, EntryId.None), name,
            new byte[payload]);
        var place = new RecordPlace(segment, segment.Length, group.Length);
        file.Write(group.Seal(segment.Seed, unflushed), place.At);
        segment.Length += group.Length;
        return place;
    }

    private void Flip(long at)
    {
        Span<byte> one = stackalloc byte[1];
        file.Read(one, at);
        one[0] ^= 1;
        file.Write(one, at);
    }
}
