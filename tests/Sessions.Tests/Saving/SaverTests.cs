using Relay.Doubles;
using Relay.Persistence;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>When a document is saved, and what follows from how a save ends; without a session around it.</summary>
public sealed class SaverTests
{
    private static readonly TimeSpan Interval = SaverWorld.Interval;

    [Fact]
    public void A_change_is_saved_after_the_interval_and_not_again()
    {
        using var world = new SaverWorld();
        world.Type();
        Assert.True(world.Saver.IsUnsaved);
        world.Bench.Advance(Interval - TimeSpan.FromSeconds(1));
        Assert.Equal(0, world.Snapshots.Writes);
        world.Bench.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, world.Snapshots.Writes);
        Assert.False(world.Saver.IsUnsaved);
        Assert.Equal(world.Position, world.Saver.Known.Newest);
        Assert.Equal(world.Position, world.Saver.Known.Covered);
        Assert.Equal([$"begun {world.Position}", $"stored {world.Position}", "ended"], world.Told);
        world.Bench.Advance(Interval);
        Assert.Equal(1, world.Snapshots.Writes);
    }

    [Fact]
    public void Many_bytes_are_saved_at_once()
    {
        using var world = new SaverWorld(SessionDefaults.Value with { SaveInterval = Interval, SaveBytes = 40 });
        world.Type();
        Assert.Equal(0, world.Snapshots.Writes);
        world.Type(new string('a', 40));
        world.Bench.Steps.Run();
        Assert.Equal(1, world.Snapshots.Writes);
    }

    [Fact]
    public void A_large_document_is_not_encoded_in_the_step_in_which_many_bytes_were_applied()
    {
        using var world = new SaverWorld(SessionDefaults.Value with { SaveInterval = Interval, SaveBytes = 40 });
        world.Type(new string('a', 40));
        Assert.True(world.HasBegunAtOnce);
        world.Type(new string('a', (int)LongSteps.MostMemory));
        Assert.False(world.HasBegunAtOnce);
        Assert.Equal(2, world.Snapshots.Writes);
        Assert.False(world.Saver.IsUnsaved);
    }

    [Fact]
    public void What_arrives_during_a_save_is_saved_after_it()
    {
        using var world = new SaverWorld();
        world.Type();
        world.Snapshots.Writing.IsShut = true;
        world.Bench.Advance(Interval);
        Assert.True(world.Saver.IsSaving);
        world.Type();
        world.Snapshots.Writing.Open();
        world.Bench.Steps.Run();
        Assert.True(world.Saver.IsUnsaved);
        world.Bench.Advance(Interval);
        Assert.Equal(2, world.Snapshots.Writes);
        Assert.False(world.Saver.IsUnsaved);
    }

    [Fact]
    public void A_save_that_fails_is_repeated_until_it_succeeds()
    {
        using var world = new SaverWorld();
        world.Type();
        world.Snapshots.Writing.Failure = new SnapshotStoreUnavailableException("away");
        world.Bench.Advance(Interval);
        Assert.True(world.Saver.IsUnsaved);
        Assert.Equal(["away"], world.Backplane.Problems);
        Assert.Equal("failed", world.Told[^1]);
        world.Snapshots.Writing.Failure = null;
        world.Bench.Advance(TimeSpan.FromSeconds(1));
        Assert.False(world.Saver.IsUnsaved);
        Assert.Equal(1, world.Snapshots.Writes);
    }

    [Fact]
    public void A_snapshot_that_does_not_read_and_stays_has_the_document_move_on()
    {
        using var world = new SaverWorld();
        world.Type();
        world.Snapshots.Damage(world.Position);
        world.Bench.Advance(Interval);
        Assert.Contains("position taken", world.Told);
        Assert.DoesNotContain("failed", world.Told);
    }

    [Fact]
    public void A_document_that_is_more_than_its_position_says_is_not_saved()
    {
        using var world = new SaverWorld { IsWhole = false };
        world.Type();
        world.Bench.Advance(Interval + Interval);
        Assert.Equal(0, world.Snapshots.Writes);
        world.IsWhole = true;
        world.Bench.Advance(Interval);
        Assert.Equal(1, world.Snapshots.Writes);
    }

    [Fact]
    public void Another_nodes_claim_is_respected_and_its_snapshot_counts()
    {
        using var world = new SaverWorld();
        world.Type();
        world.Backplane.IsClaimedElsewhere = true;
        world.Bench.Advance(Interval);
        Assert.Equal(0, world.Snapshots.Writes);
        Assert.True(world.Saver.IsUnsaved);
        world.Bench.Do(() => world.Saver.OnSavedAnywhere(world.Position));
        Assert.False(world.Saver.IsUnsaved);
        Assert.Equal([$"stored {world.Position}", "ended"], world.Told[^2..]);
    }

    [Fact]
    public void A_session_that_leaves_waits_three_times_for_another_nodes_save()
    {
        using var world = new SaverWorld { IsBeingLeft = true };
        world.Type();
        world.Backplane.IsClaimedElsewhere = true;
        world.Bench.Do(world.Saver.OnDraining);
        for (var i = 0; i < 3; i++)
        {
            world.Bench.Do(() => Assert.False(world.Saver.TrySaveAll()));
            world.Bench.Advance(TimeSpan.FromSeconds(2));
        }

        world.Bench.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(1, world.Snapshots.Writes);
        Assert.True(world.Saver.TrySaveAll());
    }

    [Fact]
    public void A_save_for_a_request_does_not_wait_for_another_nodes()
    {
        using var world = new SaverWorld { IsSaveRequested = true };
        world.Type();
        world.Backplane.IsClaimedElsewhere = true;
        world.Bench.Do(world.Saver.SaveNow);
        Assert.Equal(1, world.Snapshots.Writes);
    }

    [Fact]
    public void A_session_leaves_what_other_nodes_append_after_leaving_began_to_them()
    {
        using var world = new SaverWorld();
        world.Type();
        world.Bench.Do(world.Saver.OnDraining);
        world.Bench.Do(() => Assert.False(world.Saver.TrySaveAll()));
        world.Type();
        world.Bench.Do(() => Assert.True(world.Saver.TrySaveAll()));
        world.Bench.Do(world.Saver.OnOwnLogged);
        world.Bench.Do(() => Assert.False(world.Saver.TrySaveAll()));
    }

    [Fact]
    public void So_does_one_that_reconciles_while_it_leaves()
    {
        using var world = new SaverWorld();
        world.Type();
        world.Bench.Do(world.Saver.OnDraining);
        world.Type();
        world.Bench.Do(world.Saver.OnReconciled);
        var reconciled = world.Position;
        world.Type();
        world.Bench.Do(() => Assert.False(world.Saver.TrySaveAll()));
        world.Type();
        world.Bench.Do(() => Assert.True(world.Saver.TrySaveAll()));
        Assert.True(world.Saver.Known.Covered.Offset > reconciled.Offset);
    }

    [Fact]
    public void A_demanded_save_is_gone_through_although_a_snapshot_is_there()
    {
        using var world = new SaverWorld();
        world.Type();
        world.Bench.Do(() => world.Saver.OnSavedAnywhere(world.Position));
        world.Bench.Do(() =>
        {
            world.Saver.Demand();
            world.Saver.MarkDemanded();
            world.Saver.OnDraining();
            Assert.False(world.Saver.TrySaveAll());
        });
        Assert.Equal(1, world.Snapshots.Writes);
        world.Bench.Do(() => Assert.True(world.Saver.TrySaveAll()));
    }

    [Fact]
    public void A_snapshot_of_another_history_at_the_same_offset_does_not_cover_the_document()
    {
        using var world = new SaverWorld();
        world.Type();
        var other = world.Position with { Id = new EntryId(0x99) };
        world.Bench.Do(() => world.Saver.OnSavedAnywhere(other));
        Assert.Contains("history lost", world.Told);
        Assert.DoesNotContain($"stored {other}", world.Told);
        Assert.True(world.Saver.Known.Covered.IsNone);
        world.Bench.Do(() =>
        {
            world.Saver.OnDraining();
            Assert.False(world.Saver.TrySaveAll());
        });
    }

    [Fact]
    public void A_requested_save_ends_the_wait_for_that_of_another_node()
    {
        using var world = new SaverWorld();
        world.Backplane.IsClaimedElsewhere = true;
        world.Type();
        world.Bench.Advance(Interval);
        Assert.Equal(0, world.Snapshots.Writes);
        world.IsSaveRequested = true;
        world.Bench.Do(world.Saver.SaveNow);
        Assert.Equal(1, world.Snapshots.Writes);
        (world.IsSaveRequested, world.Backplane.IsClaimedElsewhere) = (false, false);
        world.Type();
        world.Bench.Advance(Interval);
        Assert.Equal(2, world.Snapshots.Writes);
    }

    [Fact]
    public void A_snapshot_of_a_history_that_is_over_has_the_session_reconcile()
    {
        using var world = new SaverWorld();
        world.Type();
        world.Backplane.Lose(World.Name);
        world.Bench.Advance(Interval);
        Assert.Contains("history lost", world.Told);
        Assert.True(world.Saver.Known.Covered.IsNone);
    }

    [Fact]
    public void A_snapshot_names_those_before_it_and_one_that_it_lacks_has_the_session_reconcile()
    {
        using var world = new SaverWorld();
        world.Type();
        world.Bench.Advance(Interval);
        world.Type();
        world.Bench.Advance(Interval);
        Assert.DoesNotContain("snapshot lacking", world.Told);
        var (newest, before) = (world.Snapshots.Of(World.Name)[0], world.Snapshots.Of(World.Name)[1]);
        Assert.Equal([before.Position.Id], newest.Covers);
        Assert.Equal([newest.Position.Id, before.Position.Id], world.Saver.Covers);

        var stray = newest with { Position = newest.Position with { Id = new EntryId(0x99) } };
        world.Snapshots.Put(stray);
        world.Type();
        world.Bench.Advance(Interval);
        Assert.Contains("snapshot lacking", world.Told);
    }
}
