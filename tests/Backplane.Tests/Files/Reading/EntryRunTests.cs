using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane.Files;

public sealed class EntryRunTests : IDisposable
{
    private readonly LogParts parts = new();

    public void Dispose() => parts.Dispose();

    [Fact]
    public void A_run_ends_where_the_segment_changes_or_goes_back_or_leaves_a_gap_or_is_long()
    {
        var (one, two) = (new Segment(1, "1", new MemoryFile(), 0), new Segment(2, "2", new MemoryFile(), 0));
        Assert.Equal(3, Run((one, 100, 100), (one, 200, 100), (one, 4_300, 100)));
        Assert.Equal(1, Run((one, 100, 100), (two, 200, 100)));
        Assert.Equal(1, Run((one, 200, 100), (one, 100, 100)));
        Assert.Equal(1, Run((one, 100, 100), (one, 5_000, 100)));
        Assert.Equal(2, Run((one, 100, 60_000), (one, 60_100, 60_000), (one, 120_100, 60_000)));
        Assert.Equal(1, Run((one, 100, 1_000_000), (one, 1_000_100, 10)));
    }

    [Fact]
    public void Entries_are_read_as_they_were_written()
    {
        var (name, at, run) = Fill(4);
        var before = new Position(at[0].Epoch, 0, EntryId.None);
        var result = new LoggedEntry[4];

        Assert.True(EntryRun.TryRead(name, ref before, run, result, out _, out _));

        Assert.Equal(at, result.Select(entry => entry.Position));
        Assert.Equal(at[3], before);
        Sample.AssertChained(new Position(at[0].Epoch, 0, EntryId.None), result);
    }

    [Fact]
    public void The_first_entry_that_is_not_what_it_should_be_is_told()
    {
        var (name, at, run) = Fill(4);
        parts.DamageLastRecord();
        var before = new Position(at[0].Epoch, 0, EntryId.None);

        Assert.False(EntryRun.TryRead(name, ref before, run, new LoggedEntry[4], out var bad, out var refusal));
        Assert.Equal((run[3], null, at[2]), (bad, refusal, before));

        before = at[0];
        Assert.False(EntryRun.TryRead(
            Sample.Name("other"), ref before, run.AsSpan(1), new LoggedEntry[4], out bad, out _));
        Assert.Equal((run[1], at[0]), (bad, before));

        // The place of another entry of the same document.
        before = at[0];
        Assert.False(EntryRun.TryRead(name, ref before, run.AsSpan(2), new LoggedEntry[4], out bad, out _));
        Assert.Equal(run[2], bad);
    }

    [Fact]
    public void A_file_that_ends_too_soon_is_damage_and_one_that_cannot_be_read_is_not()
    {
        var (name, at, run) = Fill(2);
        parts.Segments.Active.File.Truncate(run[1].At + 10);
        var before = new Position(at[0].Epoch, 0, EntryId.None);
        Assert.False(EntryRun.TryRead(name, ref before, run, new LoggedEntry[2], out var bad, out _));
        Assert.Equal(run[1], bad);
        parts.Disk.ReadFails = true;

        Assert.Throws<IOException>(() =>
            EntryRun.TryRead(name, ref before, run, new LoggedEntry[2], out _, out _));
    }

    private static int Run(params (Segment Segment, uint At, int Length)[] entries) =>
        EntryRun.First(Array.ConvertAll(entries, one =>
            new HeldEntry(Sample.Id(), one.Segment, one.At, one.Length))).Length;

    private (DocumentName Name, Position[] At, HeldEntry[] Run) Fill(int count)
    {
        var name = Sample.Name();
        var at = parts.Fill(name, count);
        var held = parts.Index.Find(name)!.Held;
        return (name, at, [.. at.Select(position => held[position.Offset])]);
    }
}
