using Relay.Backplane;
using Relay.Doubles;
using Relay.Persistence;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>What storing a snapshot does to the stores; without a saver.</summary>
public sealed class SnapshotWriterTests
{
    [Fact]
    public void The_log_is_trimmed_up_to_the_second_newest_snapshot()
    {
        using var world = new WriterWorld();
        world.Save(world.Append());
        Assert.Single(world.Backplane.Entries(World.Name));
        var second = world.Append();
        world.Save(second);
        Assert.Equal(second, Assert.Single(world.Backplane.Entries(World.Name)).Position);
        Assert.Equal(2, world.Snapshots.Writes);
        Assert.All(world.Ended, outcome => Assert.True(outcome.Stands));
        Assert.Equal(2, world.Ended[^1].Listing.Count);
        Assert.Equal(second, world.Ended[^1].Listing[0].Position);
    }

    [Fact]
    public void A_save_that_another_node_has_claimed_writes_no_snapshot_unless_it_needs_no_claim()
    {
        using var world = new WriterWorld();
        world.Backplane.IsClaimedElsewhere = true;
        var at = world.Append();
        world.Save(at);
        Assert.Equal(0, world.Snapshots.Writes);
        Assert.False(Assert.Single(world.Ended).Claim.IsGranted);
        world.Save(at, withoutClaim: true);
        Assert.Equal(1, world.Snapshots.Writes);
    }

    [Fact]
    public void A_claim_that_cannot_be_asked_for_does_not_keep_the_snapshot_from_being_written()
    {
        using var world = new WriterWorld();
        world.Backplane.Claiming.Failure = new BackplaneUnavailableException("away");
        world.Save(world.Append());
        Assert.Equal(1, world.Snapshots.Writes);
    }

    [Fact]
    public void A_snapshot_of_a_log_that_was_lost_does_not_stand()
    {
        using var world = new WriterWorld();
        var at = world.Append();
        world.Backplane.Lose(World.Name);
        world.Save(at);
        Assert.False(Assert.Single(world.Ended).Stands);

        // An expired log was covered before.
        world.Save(at, known: SavedPositions.None with { Covered = at });
        Assert.True(world.Ended[^1].Stands);
    }

    [Fact]
    public void A_checkpoint_that_fails_leaves_the_snapshot_stored_and_the_log_as_it_is()
    {
        using var world = new WriterWorld();
        var at = world.Append();
        world.Backplane.Reading.Failure = new BackplaneUnavailableException("away");
        world.Save(at);
        Assert.Null(Assert.Single(world.Ended).Stands);
        Assert.Single(world.Snapshots.Of(World.Name));
        Assert.Empty(world.Failed);
    }

    [Fact]
    public void The_snapshot_at_which_the_log_begins_stays_though_lost_histories_have_newer_ones()
    {
        using var world = new WriterWorld();
        var (first, second) = (world.Append(), world.Append());
        world.Save(first);
        world.Save(second);
        var third = world.Append();
        world.Put(third with { Offset = 90 }, third with { Offset = 91 });
        world.Save(third);
        Assert.Equal(third, Assert.Single(world.Backplane.Entries(World.Name)).Position);
        var stays = world.Snapshots.Of(World.Name).Select(snapshot => snapshot.Position).ToList();
        Assert.Contains(second, stays);
        Assert.DoesNotContain(first, stays);
    }

    [Fact]
    public void A_snapshot_of_a_history_that_was_lost_has_none_deleted()
    {
        using var world = new WriterWorld();
        var all = Enumerable.Range(0, 5).Select(_ => world.Append()).ToList();
        world.Put([.. all[..4]]);
        world.Backplane.Lose(World.Name);
        world.Save(all[4]);
        Assert.False(Assert.Single(world.Ended).Stands);
        Assert.Equal(5, world.Snapshots.Of(World.Name).Count);
    }

    [Fact]
    public void A_store_that_cannot_be_reached_fails_the_save_and_the_claim_is_given_back()
    {
        using var world = new WriterWorld();
        world.Snapshots.Writing.Failure = new SnapshotStoreUnavailableException("away");
        world.Save(world.Append());
        var failure = Assert.IsType<SnapshotStoreUnavailableException>(Assert.Single(world.Failed));
        world.Bench.Do(() => world.Writer.GiveBack(failure));
        Assert.Equal(["away"], world.Backplane.Problems);
    }

    private sealed class WriterWorld : IDisposable
    {
        private ulong ids;

        public WriterWorld()
        {
            Snapshots = new MemorySnapshots(Bench.Time);
            var settings = SessionDefaults.Value with { Retention = new SnapshotRetention(0, 0, 0) };
            Writer = new SnapshotWriter(Bench.Context(settings), Backplane, Backplane, Snapshots, null);
        }

        public PartBench Bench { get; } = new();

        public MemoryBackplane Backplane { get; } = new();

        public MemorySnapshots Snapshots { get; }

        public SnapshotWriter Writer { get; }

        public List<SaveOutcome> Ended { get; } = [];

        public List<Exception> Failed { get; } = [];

        public Position Append() =>
            Backplane.AppendElsewhere(World.Name, ++ids, Messages.Typed(ids, 0, "a")).Position;

        public void Save(Position at, bool withoutClaim = false, SavedPositions? known = null)
        {
            var snapshot = new Snapshot(
                World.Name, SnapshotKind.State, at, Bench.Effects.Now, Messages.Typed(1, 0, "a"))
            {
                Covers = [.. Snapshots.Of(World.Name).Select(stored => stored.Position.Id)],
            };
            Bench.Advance(TimeSpan.FromSeconds(1));
            Bench.Do(() => Writer.Start(
                snapshot, known ?? SavedPositions.None, withoutClaim, Ended.Add, Failed.Add));
        }

        /// <summary>Stores snapshots at these positions, as other nodes do.</summary>
        public void Put(params Position[] positions)
        {
            foreach (var position in positions)
            {
                Snapshots.Put(new Snapshot(
                    World.Name, SnapshotKind.State, position, Bench.Effects.Now, Messages.Typed(1, 0, "a")));
            }
        }

        public void Dispose() => Bench.Dispose();
    }
}
