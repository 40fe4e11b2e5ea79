using Relay.Persistence;
using Relay.Yjs;

namespace Relay.Sessions;

public sealed class CoveredSnapshotsTests
{
    private static readonly DocumentName Name = DocumentName.Create("doc");

    [Fact]
    public void What_was_loaded_stored_or_applied_is_covered()
    {
        var covered = new CoveredSnapshots();
        covered.Restart([new EntryId(3)], At(5));
        covered.Applied(At(6));
        covered.Applied(At(7));
        covered.Heard(At(7));
        covered.Heard(At(6));
        covered.Stored(At(7));
        Assert.Equal([6UL, 7UL, 3UL], covered.ToArray().Select(id => id.Value));
        Assert.False(covered.LacksAnyOf(Name, [Listed(7), Listed(6), Listed(3)], new HashSet<Position>()));
    }

    [Fact]
    public void Another_entry_at_the_same_offset_is_of_another_history()
    {
        var covered = new CoveredSnapshots();
        covered.Restart([], At(5));
        covered.Applied(At(6));
        covered.Applied(At(7));
        covered.Heard(At(6, id: 66));
        covered.Heard(At(7, id: 77));
        Assert.Empty(covered.ToArray());
        Assert.True(covered.LacksAnyOf(Name, [Listed(6, 66)], new HashSet<Position>()));
        Assert.False(covered.LacksAnyOf(Name, [Listed(6, 66)], new HashSet<Position> { At(6, 66) }));
    }

    [Fact]
    public void One_that_is_heard_of_before_its_entry_counts_from_that_entry_on()
    {
        var covered = new CoveredSnapshots();
        covered.Restart([], At(5));
        covered.Heard(At(7));
        covered.Applied(At(6));
        Assert.Empty(covered.ToArray());
        Assert.False(covered.LacksAnyOf(Name, [Listed(7)], new HashSet<Position>()));
        covered.Applied(At(7));
        covered.Applied(At(8));
        Assert.Equal(7UL, Assert.Single(covered.ToArray()).Value);
    }

    [Fact]
    public void What_is_heard_of_too_late_is_read_again()
    {
        var covered = new CoveredSnapshots();
        covered.Restart([], At(1));
        for (var offset = 2; offset < 60; offset++)
        {
            covered.Applied(At(offset));
        }

        covered.Heard(At(5));
        Assert.Empty(covered.ToArray());
        Assert.True(covered.LacksAnyOf(Name, [Listed(5)], new HashSet<Position>()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_was_heard_of_too_late_once_is_known_the_next_time(bool isHeard)
    {
        var covered = new CoveredSnapshots();
        covered.Restart([], At(1));
        Apply(covered, 2, 600);
        if (isHeard)
        {
            covered.Heard(At(100));
        }

        Assert.True(covered.LacksAnyOf(Name, [Listed(100)], new HashSet<Position>()));

        // What was known stays known.
        covered.Heard(At(580));
        Assert.Equal([580UL], covered.ToArray().Select(id => id.Value));
        Apply(covered, 601, 1400);
        covered.Heard(At(900));
        covered.Heard(At(901, id: 7));
        Assert.Equal([900UL], covered.ToArray().Select(id => id.Value).Except([580UL]));
        Assert.False(covered.LacksAnyOf(Name, [Listed(900)], new HashSet<Position>()));
        Assert.True(covered.IsOfOtherHistory(At(901, id: 7)));
    }

    [Fact]
    public void The_ids_kept_for_late_news_are_bounded()
    {
        var covered = new CoveredSnapshots();
        covered.Restart([], At(1));
        Apply(covered, 2, 100);
        for (var last = 100; last < 40_000; last += 10_000)
        {
            covered.Heard(At(1));
            Apply(covered, last + 1, last + 10_000);
        }

        covered.Heard(At(40_100 - 4_096));
        Assert.Single(covered.ToArray());
        covered.Heard(At(40_100 - 4_097));
        Assert.Single(covered.ToArray());
    }

    [Fact]
    public void What_was_before_a_deletion_is_not_looked_at()
    {
        var covered = new CoveredSnapshots();
        covered.Restart([new EntryId(3), new EntryId(4)], At(5));
        var tombstone = new SnapshotInfo(At(2), SnapshotFormat.LengthOf(Name, 0), DateTimeOffset.UnixEpoch);
        Assert.False(covered.LacksAnyOf(Name, [Listed(4), tombstone, Listed(1)], new HashSet<Position>()));
    }

    [Fact]
    public void What_is_listed_no_longer_is_named_after_the_rest_and_forgotten_first()
    {
        var covered = new CoveredSnapshots();
        covered.Restart([new EntryId(3), new EntryId(4)], At(5));
        Assert.False(covered.LacksAnyOf(Name, [Listed(4)], new HashSet<Position>()));
        Assert.Equal([4UL, 3UL], covered.ToArray().Select(id => id.Value));
        for (var id = 0UL; id < Snapshot.MostCovered - 1; id++)
        {
            covered.Stored(At(5, 100 + id));
        }

        Assert.Equal(Snapshot.MostCovered, covered.ToArray().Length);
        Assert.Equal(4UL, covered.ToArray()[^1].Value);
    }

    [Fact]
    public void Only_what_the_stored_one_covers_is_pruned_and_what_was_before_a_deletion()
    {
        var tombstone = new SnapshotInfo(At(2), SnapshotFormat.LengthOf(Name, 0), DateTimeOffset.UnixEpoch);
        SnapshotInfo[] listing = [Listed(9), Listed(4), Listed(3), tombstone, Listed(1)];
        var stored = new Snapshot(Name, SnapshotKind.State, At(9), DateTimeOffset.UnixEpoch, new byte[] { 0, 0 })
        {
            Covers = [new EntryId(3)],
        };
        Assert.Equal([Listed(3), Listed(1)],
            CoveredSnapshots.Prunable([Listed(4), Listed(3), Listed(1)], listing, stored));
    }

    [Fact]
    public void It_names_no_more_than_are_looked_at()
    {
        var covered = new CoveredSnapshots();
        covered.Restart([.. Enumerable.Range(1, 500).Select(i => new EntryId((ulong)i))], At(5));
        covered.Stored(At(600));
        Assert.Equal(Snapshot.MostCovered, covered.ToArray().Length);
        Assert.Equal(600UL, covered.ToArray()[0].Value);
    }

    private static void Apply(CoveredSnapshots covered, int first, int last)
    {
        for (var offset = first; offset <= last; offset++)
        {
            covered.Applied(At(offset));
        }
    }

    private static Position At(long offset, ulong id = 0) =>
        new(1000, offset, new EntryId(id == 0 ? (ulong)offset : id));

    private static SnapshotInfo Listed(long offset, ulong id = 0) => new(At(offset, id), 500, DateTimeOffset.UnixEpoch);
}
