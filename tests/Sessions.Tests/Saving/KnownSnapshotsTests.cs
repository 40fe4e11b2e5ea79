using Relay.Persistence;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>What a session knows of the stored snapshots of its document.</summary>
public sealed class KnownSnapshotsTests
{
    [Fact]
    public void A_newer_snapshot_of_the_sessions_history_is_the_newest_known()
    {
        var known = At5();
        known.OnApplied(At(6));
        Assert.Equal(HeardSnapshot.Newest, known.Hear(At(6), At(6)));
        Assert.Equal(At(6), known.Positions.Newest);
        Assert.Equal(At(6), known.Positions.Covered);
        Assert.Equal([new EntryId(6)], known.Covers);
    }

    [Fact]
    public void One_that_is_older_or_ahead_of_the_session_changes_nothing()
    {
        var known = At5();
        known.OnApplied(At(6));
        known.OnStored(At(6), stands: true);
        Assert.Equal(HeardSnapshot.NotNewer, known.Hear(At(5), At(6)));
        Assert.Equal(HeardSnapshot.NotNewer, known.Hear(At(7), At(6)));
        Assert.Equal(At(6), known.Positions.Newest);
    }

    [Fact]
    public void One_with_another_entry_at_an_applied_position_is_of_another_history()
    {
        var known = At5();
        known.OnApplied(At(6));
        Assert.Equal(HeardSnapshot.OfOtherHistory, known.Hear(At(6, id: 66), At(6)));
        Assert.True(known.Positions.Newest.IsNone);
    }

    [Fact]
    public void One_that_the_log_was_not_seen_to_hold_is_the_newest_and_covers_nothing()
    {
        var known = At5();
        known.OnStored(At(5), stands: false);
        Assert.Equal(At(5), known.Positions.Newest);
        Assert.True(known.Positions.Covered.IsNone);
    }

    [Fact]
    public void A_listed_snapshot_that_is_not_covered_is_lacking_and_no_listing_says_nothing()
    {
        var document = DocumentName.Create("doc");
        var known = At5();
        Assert.False(known.LacksAnyOf(document, []));
        Assert.True(known.LacksAnyOf(document, [new SnapshotInfo(At(4, id: 44), 100, default)]));
        known.OnClaimed(At(5));
        Assert.False(known.LacksAnyOf(document, [new SnapshotInfo(At(5), 100, default)]));
    }

    private static KnownSnapshots At5()
    {
        var content = new YjsContentKind(true).Create();
        var known = new KnownSnapshots();
        known.Restart(new DurableState(
            DurableOutcome.Read, content, At(5), [], Position.None, false, content, new HashSet<Position>()));
        return known;
    }

    private static Position At(long offset, ulong id = 0) => new(1, offset, new EntryId(id == 0 ? (ulong)offset : id));
}
