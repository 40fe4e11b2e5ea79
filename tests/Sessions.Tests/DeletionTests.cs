using Relay.Backplane;
using Relay.Doubles;
using Relay.Persistence;
using Relay.Yjs;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

/// <summary>A deleted document is gone on all nodes, and nothing brings it back but creating it again.</summary>
public sealed class DeletionTests
{
    private static readonly byte[] A = Typed(1, 0, "a");
    private static readonly byte[] B = Typed(1, 1, "b");
    private static readonly byte[] C = Typed(2, 0, "c");

    [Fact]
    public async Task Clients_on_all_nodes_are_told_and_those_that_come_later_are_refused()
    {
        using var world = new World();
        var (here, there) = (world.Client(0), world.Client(1));
        here.Say(Update(A));
        Assert.Equal(LifeOutcome.Done, await world.Delete());
        Assert.Equal((RefusalReason.DocumentDeleted, RefusalReason.DocumentDeleted), (here.Closed, there.Closed));
        Assert.Equal((0, 0), (world.Node(0).Count, world.Node(1).Count));
        Assert.Equal(RefusalReason.DocumentDeleted, world.Client(1).Closed);
        var tombstone = world.Snapshots.Of(World.Name)[0];
        Assert.Equal((SnapshotKind.Tombstone, world.Backplane.End(World.Name)), (tombstone.Kind, tombstone.Position));
        Assert.Equal(tombstone.Position, world.Backplane.Checkpoints[^1]);
        Assert.Empty(world.Locator.Held);
    }

    [Fact]
    public async Task The_snapshots_say_it_when_the_log_is_gone()
    {
        using var world = new World(SessionDefaults.Value with { SaveInterval = TimeSpan.FromSeconds(1) });
        world.Client().Say(Update(A));
        world.Advance(2);
        await world.Delete();
        world.Backplane.Lose(World.Name);
        Assert.Equal(2, world.Snapshots.Of(World.Name).Count);
        Assert.Equal(RefusalReason.DocumentDeleted, world.Client().Closed);
    }

    [Fact]
    public async Task A_node_that_slept_through_it_drops_what_it_has_when_it_writes()
    {
        using var world = new World();
        var sleeper = world.Client(1);
        sleeper.Say(Update(A));
        world.Backplane.IsHushed = true;
        await world.Delete();
        Assert.Null(sleeper.Closed);
        world.Backplane.IsHushed = false;
        sleeper.Say(Update(B));
        world.Advance(5);
        Assert.Equal(RefusalReason.DocumentDeleted, sleeper.Closed);
        Assert.Equal(EntryKind.Deleted, Assert.Single(world.Backplane.Entries(World.Name)).Kind);
    }

    [Fact]
    public async Task A_node_that_slept_until_the_log_was_gone_brings_nothing_back()
    {
        using var world = new World();
        var sleeper = world.Client(1);
        sleeper.Say(Update(A));
        world.Backplane.IsHushed = true;
        await world.Delete();
        world.Backplane.IsHushed = false;
        world.Backplane.Lose(World.Name);
        sleeper.Say(Update(B));
        world.Advance(5);
        Assert.Equal(RefusalReason.DocumentDeleted, sleeper.Closed);
        Assert.Equal(DurableOutcome.Deleted, world.Read().Outcome);

        // The log that it began is a job, which the tombstone of that log ends.
        Assert.False(world.Read().IsBuried);
        world.Visit();
        Assert.True(world.Read().IsBuried);
        Assert.Equal(world.Backplane.End(World.Name), world.Backplane.Checkpoints[^1]);
        Assert.Equal(RefusalReason.DocumentDeleted, world.Client().Closed);
    }

    [Fact]
    public async Task A_deletion_whose_node_died_before_the_tombstone_is_completed_by_the_next_that_looks()
    {
        using var world = new World();
        world.Client().Say(Update(A));
        world.Snapshots.Writing.Failure = new SnapshotStoreUnavailableException("It is away.");
        await Assert.ThrowsAsync<SnapshotStoreUnavailableException>(world.Delete);
        Assert.Empty(world.Snapshots.Of(World.Name));
        world.Visit(1);
        Assert.Equal("It is away.", Assert.Single(world.Backplane.Problems));
        world.Snapshots.Writing.Failure = null;
        world.Visit(1);
        Assert.Equal(SnapshotKind.Tombstone, Assert.Single(world.Snapshots.Of(World.Name)).Kind);
        Assert.Equal(world.Backplane.End(World.Name), Assert.Single(world.Backplane.Checkpoints));
        Assert.Equal((0, 0), (world.Node(0).Count, world.Node(1).Count));
        world.Backplane.Lose(World.Name);
        Assert.Equal(RefusalReason.DocumentDeleted, world.Client().Closed);
    }

    [Fact]
    public async Task A_tombstone_that_the_log_has_not_heard_of_is_told_it_by_the_next_visit_or_deletion()
    {
        using var world = new World();
        world.Client().Say(Update(A));
        await world.Delete();
        world.Backplane.Checkpoints.Clear();
        world.Snapshots.Reading.IsShut = true;
        world.Visit(1);
        world.Snapshots.Reading.Open();
        world.Run();
        Assert.Equal(world.Backplane.End(World.Name), Assert.Single(world.Backplane.Checkpoints));
        await world.Delete();
        Assert.Equal(2, world.Backplane.Checkpoints.Count);
    }

    [Fact]
    public void A_listing_from_before_a_deletion_is_not_taken_together_with_the_log_after_it()
    {
        using var world = new World(SessionDefaults.Value with { SaveInterval = TimeSpan.FromSeconds(1) });
        world.Client().Say(Update(A));
        world.Advance(2);
        world.Snapshots.AfterListing = () =>
        {
            Assert.True(world.Delete().IsCompletedSuccessfully);
            Assert.True(world.Create().IsCompletedSuccessfully);
        };
        Assert.Equal(World.StateOf(), world.Read().Document.EncodeState());
    }

    [Fact]
    public async Task A_document_that_is_created_again_begins_with_nothing()
    {
        using var world = new World(SessionDefaults.Value with { SaveInterval = TimeSpan.FromSeconds(1) });
        world.Client().Say(Update(A));
        world.Advance(2);
        await world.Delete();
        Assert.Equal(LifeOutcome.Done, await world.Create());
        var client = world.Client();
        Assert.Equal(World.StateOf(), client.Document.EncodeState());
        client.Say(Update(C));
        world.Advance(5);
        Assert.Null(client.Closed);
        Assert.Equal(World.StateOf(C), world.Stored());
        world.Backplane.Lose(World.Name);
        Assert.Equal(World.StateOf(C), world.Stored());
        Assert.Equal(World.StateOf(C), world.Client(1).Document.EncodeState());
    }

    [Fact]
    public async Task A_node_that_slept_through_both_adds_nothing_of_what_was_before()
    {
        using var world = new World();
        var sleeper = world.Client(1);
        sleeper.Say(Update(A));
        world.Backplane.IsHushed = true;
        await world.Delete();
        await world.Create();
        world.Backplane.IsHushed = false;
        var client = world.Client();
        client.Say(Update(C));
        world.Advance(5);
        Assert.Equal(RefusalReason.DocumentDeleted, sleeper.Closed);
        Assert.Null(client.Closed);
        Assert.Equal(World.StateOf(C), world.Stored());
    }

    [Fact]
    public async Task A_creation_whose_node_died_before_its_snapshot_counts()
    {
        using var world = new World();
        world.Client().Say(Update(A));
        await world.Delete();
        world.Snapshots.Writing.Failure = new SnapshotStoreUnavailableException("It is away.");
        await Assert.ThrowsAsync<SnapshotStoreUnavailableException>(world.Create);
        world.Snapshots.Writing.Failure = null;
        Assert.Equal(LifeOutcome.Exists, await world.Create());
        world.Client(1).Say(Update(C));
        Assert.Equal(World.StateOf(C), world.Stored());
    }

    [Fact]
    public async Task The_tombstone_outlives_every_snapshot_before_it()
    {
        var settings = SessionDefaults.Value with
        {
            SaveInterval = TimeSpan.FromSeconds(1),
            Retention = new SnapshotRetention(0, 0, 0),
        };
        using var world = new World(settings);
        world.Client().Say(Update(A));
        world.Advance(2);
        await world.Delete();
        var tombstone = world.Snapshots.Of(World.Name)[0].Position;
        await world.Create();
        for (ulong i = 0; i < 5; i++)
        {
            world.Advance(TimeSpan.FromHours(30).TotalSeconds);
            world.Client().Say(Update(Typed(2, i, "c")));
            world.Advance(60);
        }

        Assert.Contains(world.Snapshots.Of(World.Name), snapshot => snapshot.Position == tombstone);
        Assert.DoesNotContain(world.Snapshots.Of(World.Name), snapshot => snapshot.Position.Epoch < tombstone.Epoch);
        Assert.Equal(World.StateOf(Typed(2, 0, "ccccc")), world.Stored());
    }

    [Fact]
    public async Task A_document_may_be_deleted_and_created_again_and_again()
    {
        using var world = new World();
        for (ulong i = 1; i < 4; i++)
        {
            world.Client().Say(Update(Typed(i, 0, "x")));
            Assert.Equal(World.StateOf(Typed(i, 0, "x")), world.Stored());
            Assert.Equal(LifeOutcome.Done, await world.Delete());
            Assert.Equal(LifeOutcome.Done, await world.Delete());
            Assert.Equal(LifeOutcome.Done, await world.Create());
            Assert.Equal(LifeOutcome.Exists, await world.Create());
        }

        Assert.Equal(3, world.Snapshots.Of(World.Name).Count(snapshot => snapshot.Kind == SnapshotKind.Tombstone));
    }

    [Fact]
    public async Task What_was_never_there_is_not_deleted_and_needs_no_creating()
    {
        using var world = new World();
        Assert.Equal(LifeOutcome.NoDocument, await world.Delete());
        Assert.Equal(LifeOutcome.Exists, await world.Create());
        Assert.Empty(world.Snapshots.Of(World.Name));
        Assert.Empty(world.Backplane.Entries(World.Name));
    }

    [Fact]
    public async Task A_document_that_does_not_read_can_be_deleted()
    {
        using var world = new World();
        var at = new Position(5, 3, new EntryId(7));
        world.Store(new Snapshot(World.Name, SnapshotKind.State, at, world.Time.GetUtcNow(), A));
        world.Snapshots.Damage(at);
        Assert.Equal(DurableOutcome.Unreadable, world.Read().Outcome);
        Assert.Equal(LifeOutcome.Done, await world.Delete());
        Assert.Equal(DurableOutcome.Deleted, world.Read().Outcome);
        Assert.True(world.Read().IsBuried);
    }

    [Fact]
    public async Task An_old_log_that_comes_back_with_a_restored_store_stays_deleted()
    {
        using var world = new World();
        var entry = world.Backplane.AppendElsewhere(World.Name, 1, A);
        world.Store(
            new Snapshot(World.Name, SnapshotKind.Tombstone, new Position(entry.Position.Epoch + 5, 1, new EntryId(5)),
                world.Time.GetUtcNow(), default));
        Assert.Equal(RefusalReason.DocumentDeleted, world.Client().Closed);
        Assert.Equal(entry.Position, Assert.Single(world.Backplane.Checkpoints));
        Assert.Single(world.Snapshots.Of(World.Name));
        Assert.Equal(LifeOutcome.Done, await world.Create());
        Assert.Equal(World.StateOf(), world.Client().Document.EncodeState());
    }

    [Fact]
    public async Task A_snapshot_after_the_deletion_that_does_not_read_is_refused_and_not_taken_for_deleted()
    {
        using var world = new World();
        world.Client().Say(Update(A));
        await world.Delete();
        await world.Create();
        world.Snapshots.Damage(world.Snapshots.Of(World.Name)[0].Position);
        world.Backplane.Lose(World.Name);
        Assert.Equal(DurableOutcome.Unreadable, world.Read().Outcome);
        Assert.Equal(LifeOutcome.Unreadable, await world.Create());
    }
}
