using Relay.Yjs;
using static Relay.Links.LinkSamples;

namespace Relay.Links;

public sealed class LinkFrameTests(ITestOutputHelper output)
{
    [Fact]
    public void What_is_written_is_read()
    {
        var long1024 = DocumentName.Create(new string('x', DocumentName.MaxUtf8Bytes));
        LinkItem[] items =
        [
            Changes((1, 2, "{}")),
            new(LinkItemKind.Here, long1024, 1 << 40, new byte[300]),
            Of(LinkItemKind.Renew),
            Message(7, 5),
            Of(LinkItemKind.Holds),
            Of(LinkItemKind.Absent),
        ];
        Assert.Null(LinkFrame.Read(new LinkFrame(9, 8, items).Encode(), out var read));
        Assert.Equal((9ul, 8ul), (read.Number, read.Received));
        Assert.Equal(items.Length, read.Items.Count);
        foreach (var (item, other) in items.Zip(read.Items))
        {
            Assert.Equal((item.Kind, item.Document, item.Opening, item.Sender),
                (other.Kind, other.Document, other.Opening, other.Sender));
            Assert.Equal(item.Content.ToArray(), other.Content.ToArray());
        }
    }

    [Fact]
    public void The_bytes_are_as_documented()
    {
        var frame = new LinkFrame(3, 2, [new(LinkItemKind.Stateless, Room, 5, new byte[] { 0xAA }, 6)]).Encode();
        Assert.Equal(
            "01" + "00" + "03" + "02" + "08" + "10" + "00" + "04726f6f6d" + "05" + "0000000000000006" + "aa",
            Convert.ToHexStringLower(frame));
    }

    [Fact]
    public void Even_fields_and_kinds_of_a_later_version_are_skipped_and_odd_ones_refused()
    {
        Assert.Null(LinkFrame.Read(Bytes("01" + "03" + "020107" + "01" + "00" + "0e" + "03" + "ffffff"), out var read));
        Assert.Empty(read.Items);
        Assert.Equal(1ul, read.Number);
        Assert.Contains("required field 9", LinkFrame.Read(Bytes("01" + "03" + "090107" + "01" + "00"), out _));
        Assert.Contains("kind 15", LinkFrame.Read(Bytes("01" + "00" + "01" + "00" + "0f" + "01" + "ff"), out _));
        Assert.Contains("version", LinkFrame.Read(Bytes("02" + "00" + "01" + "00"), out _));
    }

    [Fact]
    public void Bytes_that_are_cut_or_changed_are_refused_or_read_within_their_bounds()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("RELAY_TEST_SEED"), out var given)
            ? given
            : Random.Shared.Next();
        output.WriteLine($"RELAY_TEST_SEED={seed}");
        var random = new Random(seed);
        var whole = new LinkFrame(1, 1, [Changes((1, 2, "{}")), Message(7, 90), Of(LinkItemKind.Holds)]).Encode();
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = whole[..(i % 3 == 0 ? random.Next(whole.Length) : whole.Length)];
            for (var change = random.Next(4); change > 0 && bytes.Length > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            if (LinkFrame.Read(bytes, out var read) is null)
            {
                Assert.True(read.Items.Sum(item => item.Content.Length) <= bytes.Length);
            }
        }
    }

    [Fact]
    public void What_is_too_large_is_refused() =>
        Assert.NotNull(LinkFrame.Read(new byte[LinkFrame.MaxBytes + 1], out _));

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex);
}
