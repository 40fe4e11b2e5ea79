using Microsoft.Extensions.Logging.Abstractions;
using Relay.Doubles;
using Relay.Persistence;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>Which of the listed snapshots make a document; without a log.</summary>
public sealed class MergedSnapshotsTests
{
    private readonly FakeTimeProvider time = new();
    private readonly MemorySnapshots store;

    public MergedSnapshotsTests() => store = new MemorySnapshots(time);

    [Fact]
    public async Task Of_snapshots_that_cover_each_other_the_newest_is_read()
    {
        Put(At(3), "a");
        Put(At(5), "ab", covers: [At(3)]);
        var snapshots = Begin();
        Assert.Equal(SnapshotMergeStep.Merged, await Merge(snapshots));
        Assert.Equal([At(5)], snapshots.Merged.Keys);
        Assert.Equal([At(5).Id, At(3).Id], snapshots.Covers);
        Assert.Equal(At(5), snapshots.Newest);
        Assert.Equal(World.StateOf(Messages.Typed(1, 0, "ab")), snapshots.Document.EncodeState());
    }

    [Fact]
    public async Task Those_that_are_listed_are_named_before_those_that_were_pruned()
    {
        Put(At(2), "a", client: 2);
        Put(At(3), "ab", client: 2, covers: [At(1), At(2)]);
        Put(At(5), "b", client: 1, covers: [At(4), At(1)]);
        var snapshots = Begin();
        await Merge(snapshots);
        Assert.Equal([At(5).Id, At(3).Id, At(2).Id, At(4).Id, At(1).Id], snapshots.Covers);
    }

    [Fact]
    public async Task One_that_no_newer_one_covers_is_merged_too()
    {
        Put(At(3), "a", client: 2);
        Put(At(5), "b", client: 1);
        var snapshots = Begin();
        await Merge(snapshots);
        Assert.Equal([At(5), At(3)], snapshots.Merged.Keys);
        Assert.Equal(
            World.StateOf(Messages.Typed(1, 0, "b"), Messages.Typed(2, 0, "a")), snapshots.Document.EncodeState());
    }

    [Fact]
    public async Task Covered_ones_are_merged_only_to_find_which_of_them_covers_one_that_was_pruned()
    {
        Put(At(3), "a", covers: [At(1)]);
        Put(At(5), "ab", covers: [At(3)]);
        var snapshots = Begin();
        await Merge(snapshots);
        Assert.Equal([At(5)], snapshots.Merged.Keys);
        Assert.Equal(
            SnapshotMergeStep.Merged, await snapshots.MergeCoveringAsync(At(1).Id, CancellationToken.None));
        Assert.Equal([At(5), At(3)], snapshots.Merged.Keys);
        Assert.Equal(
            SnapshotMergeStep.Unreadable, await snapshots.MergeCoveringAsync(At(2).Id, CancellationToken.None));
    }

    [Fact]
    public async Task What_is_older_than_a_tombstone_does_not_count()
    {
        Put(At(3), "a");
        store.Put(new Snapshot(World.Name, SnapshotKind.Tombstone, At(1, epoch: 2), default, default));
        Put(At(2, epoch: 3), "b", client: 2);
        var snapshots = Begin();
        Assert.Equal(SnapshotMergeStep.Deleted, await Merge(snapshots));
        Assert.Equal(At(1, epoch: 2), snapshots.Tombstone);
        Assert.Equal([At(2, epoch: 3)], snapshots.Merged.Keys);
    }

    [Fact]
    public async Task One_that_does_not_read_is_noted_and_the_one_before_it_is_taken()
    {
        Put(At(3), "a");
        Put(At(5), "ab", covers: [At(3)]);
        store.Damage(At(5));
        var snapshots = Begin();
        Assert.Equal(SnapshotMergeStep.Merged, await Merge(snapshots));
        Assert.Equal([At(5)], snapshots.Unreadable);
        Assert.Equal(At(3), snapshots.Newest);
        Assert.False(snapshots.IsReplaced(At(5)));
    }

    [Fact]
    public async Task An_update_that_does_not_read_is_like_a_snapshot_that_does_not()
    {
        store.Put(new Snapshot(World.Name, SnapshotKind.State, At(5), default, new byte[] { 9, 9 }));
        var snapshots = Begin();
        await Merge(snapshots);
        Assert.Equal([At(5)], snapshots.Unreadable);
        Assert.Empty(snapshots.Merged);
    }

    [Fact]
    public async Task One_that_is_gone_since_the_listing_says_that_what_is_stored_moved()
    {
        Put(At(3), "a");
        store.AfterListing = () => _ = store.DeleteAsync(
            World.Name, new SnapshotInfo(At(3), 1, default), CancellationToken.None);
        var snapshots = Begin();
        Assert.Equal(SnapshotMergeStep.Moved, await Merge(snapshots));
        Assert.Contains("listed and not there", snapshots.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unreadable_one_is_replaced_by_a_newer_one_of_its_epoch_or_a_later_one_of_the_next()
    {
        Put(At(3), "a");
        Put(At(5), "ab", covers: [At(3)]);
        store.Damage(At(3));
        var snapshots = Begin();
        await Merge(snapshots);
        await snapshots.MergeAsync(snapshots.At(new HashSet<Position> { At(3) }).Single(), CancellationToken.None);
        Assert.True(snapshots.IsReplaced(At(3)));

        Put(At(1, epoch: 3), "x", client: 3);
        time.Advance(TimeSpan.FromSeconds(1));
        Put(At(7, epoch: 2), "y", client: 4);
        store.Damage(At(7, epoch: 2));
        snapshots = Begin();
        await Merge(snapshots);
        Assert.Contains(At(7, epoch: 2), snapshots.Unreadable);
        Assert.False(snapshots.IsReplaced(At(7, epoch: 2)));
    }

    [Fact]
    public async Task One_that_is_stored_after_the_listing_is_new_and_one_that_is_left_out_never_is()
    {
        Put(At(3), "a");
        var snapshots = Begin();
        await Merge(snapshots);
        Assert.False(await snapshots.HasNewAsync(CancellationToken.None));
        Put(At(5), "ab");
        Assert.True(await snapshots.HasNewAsync(CancellationToken.None));

        var without = Begin(without: At(5));
        await Merge(without);
        Assert.Equal([At(3)], without.Merged.Keys);
        Assert.False(await without.HasNewAsync(CancellationToken.None));
    }

    private static Position At(long offset, long epoch = 1) =>
        new(epoch, offset, new EntryId((ulong)((epoch * 100) + offset)));

    private static async Task<SnapshotMergeStep> Merge(MergedSnapshots snapshots) =>
        await snapshots.MergeListedAsync(CancellationToken.None);

    private MergedSnapshots Begin(Position without = default) =>
        new(store, World.Name, without, new YjsContentKind(true), NullLogger.Instance);

    private void Put(Position at, string text, ulong client = 1, Position[]? covers = null) => store.Put(
        new Snapshot(World.Name, SnapshotKind.State, at, default, World.StateOf(Messages.Typed(client, 0, text)))
        {
            Covers = [.. (covers ?? []).Select(position => position.Id)],
        });
}
