using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane.Files;

public sealed class SegmentFilesTests : IDisposable
{
    private readonly TestDirectory home = new();
    private readonly FileLogOptions options;
    private readonly SegmentFiles files;

    public SegmentFilesTests()
    {
        Directory.CreateDirectory(home.Log);
        options = new FileLogOptions { Directory = home.Path };
        files = new SegmentFiles(home.Log, options);
    }

    public void Dispose() => home.Dispose();

    [Fact]
    public void Segments_are_listed_in_order_and_other_files_are_left_alone()
    {
        Write(10, records: 1);
        Write(9, records: 1);
        Write(11, records: 1);
        foreach (var name in new[] { "lock", "7.log", Segment.NameOf(3) + ".copy", Segment.NameOf(4) + ".damaged",
            Segment.NameOf(6) + ".damaged" })
        {
            File.WriteAllText(Path.Combine(home.Log, name), "");
        }

        files.Read();

        Assert.Equal([9, 10, 11], files.Numbers);
        Assert.Equal((6, null), (files.SetAside, files.Mark));
        files.ThrowIfLacking();
    }

    [Fact]
    public void A_mark_is_read_and_one_that_does_not_read_counts_as_none()
    {
        new FlushMark(5, 700).Write(home.Log);
        files.Read();
        Assert.Equal(new FlushMark(5, 700), files.Mark);

        File.WriteAllText(Path.Combine(home.Log, "flushed"), "00000000000000000005");
        Assert.Null(FlushMark.TryRead(home.Log));
        File.WriteAllText(Path.Combine(home.Log, "flushed"), new string('x', 41));
        Assert.Null(FlushMark.TryRead(home.Log));
    }

    [Fact]
    public void A_segment_that_is_lacking_between_others_stops_the_start()
    {
        Write(1, records: 1);
        Write(3, records: 1);
        Write(4, records: 1);
        files.Read();
        Assert.Empty(files.TakeSurplus());

        var error = Assert.Throws<FileLogStartException>(files.ThrowIfLacking);

        Assert.Contains($"lacks {Segment.NameOf(2)}", error.Message);
        Assert.Contains("Nothing was changed.", error.Message);
    }

    [Fact]
    public void Segments_at_the_end_without_a_record_are_surplus_whatever_a_power_cut_left_of_them()
    {
        Write(1, records: 1);
        Write(2, records: 0);
        File.WriteAllBytes(files.PathOf(3), []);
        File.WriteAllBytes(files.PathOf(4), new byte[500]);
        files.Read();

        Assert.Equal([4, 3, 2], files.TakeSurplus());
        Assert.Equal([1], files.Numbers);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_segment_behind_one_of_which_a_power_cut_left_no_header_or_no_name_is_surplus(bool isThere)
    {
        Write(1, records: 1);
        if (isThere)
        {
            File.WriteAllBytes(files.PathOf(2), new byte[500]);
        }

        Write(3, records: 1, unflushed: uint.MaxValue);
        files.Read();

        Assert.Equal(isThere ? [3, 2] : [3], files.TakeSurplus());
        Assert.Equal([1], files.Numbers);
    }

    [Fact]
    public void A_segment_whose_records_or_whose_mark_say_that_the_one_before_was_on_the_disk_is_kept()
    {
        Write(1, records: 1);
        Write(3, records: 1, unflushed: 0);
        files.Read();
        Assert.Empty(files.TakeSurplus());
        Assert.Throws<FileLogStartException>(files.ThrowIfLacking);

        Write(3, records: 1, unflushed: uint.MaxValue);
        new FlushMark(3, 100).Write(home.Log);
        var marked = new SegmentFiles(home.Log, options);
        marked.Read();
        Assert.Empty(marked.TakeSurplus());
        Assert.Throws<FileLogStartException>(marked.ThrowIfLacking);
    }

    [Fact]
    public void Zeros_that_the_mark_says_were_on_the_disk_are_damage_and_no_surplus()
    {
        Write(1, records: 1);
        File.WriteAllBytes(files.PathOf(2), new byte[500]);
        new FlushMark(2, 500).Write(home.Log);
        files.Read();

        Assert.Empty(files.TakeSurplus());
        Assert.Equal([1, 2], files.Numbers);
    }

    private void Write(long number, int records, long unflushed = 0)
    {
        var path = files.PathOf(number);
        using var file = new SegmentFile(path, FileMode.Create);
        var segment = Segment.Begin(number, path, file, previousLength: 0);
        var group = new RecordGroup();
        for (var i = 1; i <= records; i++)
        {
            group.Add(new RecordHeader(RecordKind.Entry, EntryKind.Update, 1, new Position(1, i, Sample.Id()), i - 1,
                EntryId.None), Sample.Name(), [1, 2, 3]);
        }

        file.Write(group.Seal(segment.Seed, unflushed), Segment.HeaderLength);
    }
}
