using System.Buffers.Binary;
using Relay.Backplane.Support;

namespace Relay.Backplane.Files;

public sealed class SegmentTests
{
    private readonly MemoryFile file = new();

    [Fact]
    public void A_segment_that_was_begun_opens_with_what_its_header_says()
    {
        var begun = Segment.Begin(7, "7", file, previousLength: 900);

        var opened = Segment.TryOpen(7, "7", file, out var problem);

        Assert.Null(problem);
        Assert.Equal((7, begun.Seed, 900), (opened!.Number, opened.Seed, opened.PreviousLength));
        Assert.Equal((Segment.HeaderLength, 0), (opened.Length, opened.Flushed));
    }

    [Fact]
    public void Every_changed_byte_of_a_header_is_noticed()
    {
        Segment.Begin(7, "7", file, previousLength: 900);
        Span<byte> one = stackalloc byte[1];
        for (var at = 0; at < Segment.HeaderLength; at++)
        {
            file.Read(one, at);
            one[0] ^= 4;
            file.Write(one, at);
            Assert.Null(Segment.TryOpen(7, "7", file, out var problem));
            Assert.StartsWith("its header does not read", problem, StringComparison.Ordinal);
            one[0] ^= 4;
            file.Write(one, at);
        }
    }

    [Fact]
    public void What_is_wrong_with_a_header_is_said()
    {
        Segment.Begin(7, "7", file, previousLength: 0);
        Assert.Null(Segment.TryOpen(8, "8", file, out var problem));
        Assert.Contains("it is number 7", problem);

        Span<byte> header = stackalloc byte[Segment.HeaderLength];
        file.Read(header, 0);
        header[8] = 9;
        BinaryPrimitives.WriteUInt32LittleEndian(header[28..], Crc32C.Compute(0, header[..28]));
        file.Write(header, 0);
        Assert.Null(Segment.TryOpen(7, "7", file, out problem));
        Assert.Contains("it has format version 9", problem);

        file.Truncate(Segment.HeaderLength - 1);
        Assert.Null(Segment.TryOpen(7, "7", file, out problem));
        Assert.Contains("its header is incomplete", problem);
    }

    [Theory]
    [InlineData("00000000000000000042.log", 42)]
    [InlineData("42.log", null)]
    [InlineData("0000000000000000004x.log", null)]
    [InlineData("-0000000000000000042.log", null)]
    [InlineData("00000000000000000042.log.damaged", null)]
    [InlineData("00000000000000000042.txt", null)]
    public void Names_of_segments_are_told_from_others(string name, int? number)
    {
        Assert.Equal(number is not null, Segment.TryParseName(name, out var parsed));
        if (number is { } expected)
        {
            Assert.Equal((expected, name), (parsed, Segment.NameOf(parsed)));
        }
    }

    [Fact]
    public void The_file_stays_open_for_the_last_user()
    {
        var segment = Segment.Begin(7, "7", file, previousLength: 0);
        segment.Acquire();
        segment.Release();
        Assert.False(file.IsDisposed);

        segment.Release();

        Assert.True(file.IsDisposed);
    }
}
