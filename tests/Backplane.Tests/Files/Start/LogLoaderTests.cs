using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane.Files;

public sealed class LogLoaderTests : IDisposable
{
    private readonly LogParts parts = new(segmentBytes: FileLogOptions.MinSegmentBytes);
    private readonly TestLogger logger = new();
    private readonly DocumentName name = Sample.Name();

    public void Dispose() => parts.Dispose();

    [Fact]
    public void An_empty_directory_becomes_a_log_with_one_segment_on_the_disk()
    {
        using var home = new TestDirectory();
        Directory.CreateDirectory(home.Log);
        var options = new FileLogOptions { Directory = home.Path };

        var loaded = new LogLoader(home.Log, options, logger).Load();

        Assert.Equal((1, 2, 0), (loaded.Segments[0].Number, loaded.NextNumber, loaded.Documents.Count));
        Assert.Equal(Segment.HeaderLength, loaded.Segments[0].Flushed);
        Assert.Equal(new FlushMark(1, Segment.HeaderLength), FlushMark.TryRead(home.Log));
        loaded.Segments.ForEach(segment => segment.Release());
    }

    [Fact]
    public void What_was_written_is_found_and_then_known_to_be_on_the_disk()
    {
        var at = parts.Fill(name, 20, bytes: 500);

        var loaded = Load();

        var document = Assert.Single(loaded.Documents).Value;
        Assert.Equal((at[^1], 20), (document.End, document.Held.Count));
        Assert.Equal(parts.Segments.Count, loaded.Segments.Count);
        Assert.Equal(loaded.Segments[^1].Number + 1, loaded.NextNumber);
        Assert.All(loaded.Segments, segment => Assert.Equal(segment.Length, segment.Flushed));
        Assert.Empty(logger.All);
        Release(loaded);
    }

    [Fact]
    public void An_incomplete_end_is_cut_off_and_said()
    {
        var at = parts.Fill(name, 3);
        var active = parts.Segments.Active;
        active.File.Truncate(active.Length - 1);
        var record = parts.Index.Find(name)!.Held[3];

        var loaded = Load();

        Assert.Equal(at[1], loaded.Documents[name].End);
        Assert.Equal((record.At, record.At), (loaded.Segments[^1].Length, active.File.Length));
        Assert.Contains($"{record.Length - 1} bytes", Assert.Single(logger.Of(BackplaneEventId.FileLogTailCut)));
        Release(loaded);
    }

    [Fact]
    public void An_end_that_the_disk_was_known_to_have_is_damage_and_is_not_cut_off()
    {
        parts.Fill(name, 3);
        parts.DamageLastRecord();
        new FlushMark(1, parts.Segments.Active.Length).Write(parts.Home.Log);
        var length = parts.Segments.Active.Length;

        var loaded = Load();

        Assert.NotNull(loaded.Documents[name].Problem);
        Assert.True(loaded.Segments[0].HasDamage);
        Assert.Equal(length, loaded.Segments[0].Length);
        Assert.Single(logger.Of(BackplaneEventId.FileLogDocumentDamaged));
        Release(loaded);
    }

    [Fact]
    public void Bytes_in_front_of_others_that_are_no_record_stop_the_start_and_nothing_is_changed()
    {
        parts.Fill(name, 20, bytes: 500);
        Assert.True(parts.Segments.Count > 2);
        parts.Segments.Oldest.File.Write([0, 0, 0, 0], Segment.HeaderLength);
        var before = parts.Home.Segments.Select(File.ReadAllBytes).ToList();

        var error = Assert.Throws<FileLogStartException>(Load);

        Assert.Contains($"{parts.Segments.Oldest.Path} does not read at offset 32", error.Message);
        Assert.Equal(before, parts.Home.Segments.Select(File.ReadAllBytes));
    }

    [Fact]
    public void A_number_that_a_damaged_segment_had_is_not_used_again()
    {
        parts.Fill(name, 1);
        File.WriteAllBytes(Path.Combine(parts.Home.Log, Segment.NameOf(7) + Segment.SetAsideSuffix), [1]);

        var loaded = Load();

        Assert.Equal(8, loaded.NextNumber);
        Release(loaded);
    }

    private static void Release(LoadedLog loaded) => loaded.Segments.ForEach(segment => segment.Release());

    private LoadedLog Load() => new LogLoader(parts.Home.Log, parts.Options, logger).Load();
}
