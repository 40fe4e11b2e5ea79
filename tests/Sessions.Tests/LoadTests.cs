using Relay.Backplane;
using Relay.DocLocator;
using Relay.Doubles;
using Relay.Persistence;
using Relay.Yjs;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

public sealed class LoadTests
{
    private static readonly byte[] A = Typed(1, 0, "a");
    private static readonly byte[] B = Typed(1, 1, "b");
    private static readonly byte[] C = Typed(2, 0, "c");

    [Fact]
    public void Nothing_is_served_before_the_load_is_done_and_frames_that_come_earlier_wait()
    {
        using var world = new World();
        world.Backplane.AppendElsewhere(World.Name, 7, A);
        world.Snapshots.Reading.IsShut = true;
        var client = new TestConnection(world.Context, world.Sessions, World.Name).Join();
        client.Say(Step1());
        client.Say(Update(C));
        Assert.Empty(client.Got);
        Assert.Single(world.Backplane.Entries(World.Name));

        world.Snapshots.Reading.Open();
        world.Run();
        Assert.Equal("step1", client.Got[0]);
        Assert.True(client.IsSynced);
        Assert.Equal(World.StateOf(A, C), client.Document.EncodeState());
    }

    [Fact]
    public void The_second_client_waits_for_the_load_that_the_first_began()
    {
        using var world = new World();
        world.Backplane.AppendElsewhere(World.Name, 7, A);
        world.Backplane.Reading.IsShut = true;
        var (first, second) = (world.Client(), world.Client());
        Assert.Equal(1, world.Backplane.Reading.Waiting);
        world.Backplane.Reading.Open();
        world.Run();
        Assert.Equal(1, world.Backplane.Subscribing.Calls);
        Assert.Equal(World.StateOf(A), first.Document.EncodeState());
        Assert.Equal(World.StateOf(A), second.Document.EncodeState());
    }

    [Fact]
    public void A_late_joiner_gets_what_arrived_while_it_loaded()
    {
        using var world = new World();
        world.Backplane.AppendElsewhere(World.Name, 7, A);
        world.Snapshots.Reading.IsShut = true;
        var client = world.Client();
        world.Backplane.AppendElsewhere(World.Name, 8, B);
        world.Run();
        world.Snapshots.Reading.IsShut = false;
        world.Backplane.Reading.IsShut = true;
        world.Snapshots.Reading.Open();
        world.Run();
        world.Backplane.AppendElsewhere(World.Name, 9, C);
        world.Backplane.Reading.Open();
        world.Run();
        Assert.Equal(World.StateOf(A, B, C), client.Document.EncodeState());
    }

    [Fact]
    public void More_than_can_be_held_while_loading_is_read_from_the_log()
    {
        using var world = new World(SessionDefaults.Value with { HeldBytes = 300 });
        world.Snapshots.Reading.IsShut = true;
        var client = world.Client();
        for (ulong i = 0; i < 20; i++)
        {
            world.Backplane.AppendElsewhere(World.Name, 100 + i, Typed(3, i, "x"));
        }

        world.Snapshots.Reading.Open();
        world.Run();
        Assert.Equal(world.Stored(), client.Document.EncodeState());
    }

    [Fact]
    public void A_bad_snapshot_that_was_stored_in_the_same_second_as_a_newer_good_one_does_no_harm()
    {
        using var world = new World();
        world.Backplane.AppendElsewhere(World.Name, 7, A);
        var second = world.Backplane.AppendElsewhere(World.Name, 8, B).Position;
        var third = world.Backplane.AppendElsewhere(World.Name, 9, C).Position;
        world.Store(new Snapshot(World.Name, SnapshotKind.State, second, world.Time.GetUtcNow(), World.StateOf(A, B)));
        world.Store(
            new Snapshot(World.Name, SnapshotKind.State, third, world.Time.GetUtcNow(), World.StateOf(A, B, C)));
        Assert.True(world.Backplane.CheckpointAsync(World.Name, third, second, default).IsCompletedSuccessfully);
        world.Snapshots.Damage(second);
        var client = world.Client();
        Assert.Null(client.Closed);
        Assert.Equal(World.StateOf(A, B, C), client.Document.EncodeState());
    }

    [Theory]
    [InlineData("snapshots")]
    [InlineData("log")]
    [InlineData("channel")]
    public void A_load_that_fails_closes_those_who_wait_and_the_next_one_tries_again(string what)
    {
        using var world = new World();
        world.Store(
            new Snapshot(World.Name, SnapshotKind.State, new Position(5, 3, new EntryId(9)),
                world.Time.GetUtcNow(), A));
        var gate = what switch
        {
            "snapshots" => world.Snapshots.Reading,
            "log" => world.Backplane.Reading,
            _ => world.Backplane.Subscribing,
        };
        gate.Failure = what == "snapshots"
            ? new SnapshotStoreUnavailableException("Away.")
            : new BackplaneUnavailableException("Away.");
        var (first, second) = (world.Client(), world.Client());
        Assert.Equal(RefusalReason.StoreUnavailable, first.Closed);
        Assert.Equal(RefusalReason.StoreUnavailable, second.Closed);
        Assert.Empty(first.Got);
        Assert.Equal(0, world.Sessions.Count);
        Assert.Equal(0, world.Backplane.Subscriptions);
        Assert.Empty(world.Locator.Held);

        // Nothing was written over what is stored, not even later.
        world.Advance(600);
        Assert.Equal(0, world.Snapshots.Writes);
        gate.Failure = null;
        var third = world.Client();
        Assert.Equal(World.StateOf(A), third.Document.EncodeState());
    }

    [Fact]
    public void A_locator_that_cannot_be_reached_delays_no_client_and_is_told_later()
    {
        using var world = new World();
        world.Store(
            new Snapshot(World.Name, SnapshotKind.State, new Position(5, 3, new EntryId(9)),
                world.Time.GetUtcNow(), A));
        world.Locator.Adding.Failure = new LocatorUnavailableException("Away.", new TimeoutException());
        var client = world.Client();
        Assert.True(client.IsSynced);
        Assert.Equal(World.StateOf(A), client.Document.EncodeState());
        world.Advance(60);
        Assert.DoesNotContain(World.Name, world.Locator.Held);
        world.Locator.Adding.Failure = null;
        world.Advance(31);
        Assert.Contains(World.Name, world.Locator.Held);

        client.Leave();
        world.Advance(31);
        Assert.DoesNotContain(World.Name, world.Locator.Held);
        Assert.Equal(0, world.Sessions.Count);
    }

    [Fact]
    public void A_session_that_is_left_while_the_locator_is_away_is_not_listed_afterwards()
    {
        using var world = new World();
        world.Locator.Adding.Failure = new LocatorUnavailableException("Away.", new TimeoutException());
        var client = world.Client();
        world.Locator.Adding.Failure = null;
        world.Locator.Adding.IsShut = true;
        world.Advance(1);
        client.Leave();
        world.Advance(31);
        Assert.Equal(1, world.Sessions.Count);
        world.Locator.Adding.Open();
        world.Run();
        Assert.Equal(0, world.Sessions.Count);
        Assert.Equal(["add", "remove"], world.Locator.Operations);
    }

    [Fact]
    public void Snapshots_of_several_epochs_are_merged()
    {
        using var world = new World();
        world.Store(
            new Snapshot(World.Name, SnapshotKind.State, new Position(5, 3, new EntryId(9)),
                world.Time.GetUtcNow(), A));
        world.Store(
            new Snapshot(World.Name, SnapshotKind.State, new Position(6, 1, new EntryId(10)),
                world.Time.GetUtcNow(), C));
        Assert.Equal(World.StateOf(A, C), world.Client().Document.EncodeState());
    }

    [Fact]
    public void A_damaged_snapshot_is_replaced_by_the_one_before_and_the_log_that_reaches_it()
    {
        using var world = new World();
        var first = world.Backplane.AppendElsewhere(World.Name, 1, A).Position;
        var second = world.Backplane.AppendElsewhere(World.Name, 2, B).Position;
        world.Store(new Snapshot(World.Name, SnapshotKind.State, first, world.Time.GetUtcNow(), A));
        world.Store(new Snapshot(World.Name, SnapshotKind.State, second, world.Time.GetUtcNow(), World.StateOf(A, B)));
        world.Snapshots.Damage(second);
        Assert.Equal(World.StateOf(A, B), world.Client().Document.EncodeState());
    }

    [Fact]
    public void A_document_with_a_damaged_snapshot_at_its_end_is_saved_under_a_new_position()
    {
        // The damaged one is not overwritten, so without an entry of its own the document could not be saved, and a
        // stop would wait for that in vain.
        using var world = new World();
        var first = world.Backplane.AppendElsewhere(World.Name, 1, A).Position;
        var second = world.Backplane.AppendElsewhere(World.Name, 2, B).Position;
        world.Store(new Snapshot(World.Name, SnapshotKind.State, first, world.Time.GetUtcNow(), A));
        world.Store(new Snapshot(World.Name, SnapshotKind.State, second, world.Time.GetUtcNow(), World.StateOf(A, B)));
        world.Snapshots.Damage(second);
        var client = world.Client();
        world.Advance(61);
        var newest = world.Snapshots.Of(World.Name).MaxBy(snapshot => snapshot.Position.Offset)!;
        Assert.Equal(second.Offset + 1, newest.Position.Offset);
        Assert.Equal(World.StateOf(A, B), newest.Update.ToArray());
        Assert.Equal(World.StateOf(A, B), client.Document.EncodeState());
    }

    [Fact]
    public void A_damaged_snapshot_that_the_log_does_not_reach_refuses_the_document_and_is_kept()
    {
        using var world = new World();
        var first = world.Backplane.AppendElsewhere(World.Name, 1, A).Position;
        world.Store(new Snapshot(World.Name, SnapshotKind.State, first, world.Time.GetUtcNow(), A));
        var lost = new Position(first.Epoch, 2, new EntryId(77));
        world.Store(new Snapshot(World.Name, SnapshotKind.State, lost, world.Time.GetUtcNow(), World.StateOf(A, B)));
        world.Snapshots.Damage(lost);
        var client = world.Client();
        Assert.Equal(RefusalReason.DocumentUnreadable, client.Closed);
        Assert.Empty(client.Got);
        world.Advance(3600);
        Assert.Equal(0, world.Snapshots.Writes);
        Assert.Equal(2, world.Snapshots.Of(World.Name).Count);
    }

    [Fact]
    public void A_snapshot_of_a_history_that_was_lost_does_not_hide_the_log_that_has_grown_since()
    {
        // Offsets 1 and 2 were appended; a failover lost 2, and the log went on with another 2.
        using var world = new World();
        var first = world.Backplane.AppendElsewhere(World.Name, 1, A).Position;
        world.Store(
            new Snapshot(World.Name, SnapshotKind.State, new Position(first.Epoch, 2, new EntryId(66)),
                world.Time.GetUtcNow(), World.StateOf(A, B)));
        world.Backplane.AppendElsewhere(World.Name, 2, C);
        Assert.Equal(World.StateOf(A, B, C), world.Client().Document.EncodeState());
    }

    [Fact]
    public void A_log_trimmed_beyond_every_snapshot_refuses_the_document()
    {
        using var world = new World();
        world.Backplane.AppendElsewhere(World.Name, 1, A);
        var second = world.Backplane.AppendElsewhere(World.Name, 2, B).Position;
        world.Backplane.AppendElsewhere(World.Name, 3, C);
        _ = world.Backplane.CheckpointAsync(World.Name, second, second, CancellationToken.None);
        Assert.Equal(RefusalReason.DocumentUnreadable, world.Client().Closed);
    }

    [Fact]
    public void A_deleted_document_is_refused_whether_log_or_snapshot_says_so()
    {
        using var world = new World();
        world.Store(
            new Snapshot(World.Name, SnapshotKind.Tombstone, new Position(9, 1, new EntryId(5)),
                world.Time.GetUtcNow(), default));
        Assert.Equal(RefusalReason.DocumentDeleted, world.Client().Closed);

        using var other = new World();
        other.Backplane.AppendElsewhere(World.Name, 1, [], EntryKind.Deleted);
        Assert.Equal(RefusalReason.DocumentDeleted, other.Client().Closed);
    }

    [Fact]
    public void A_client_that_goes_while_the_document_loads_leaves_nothing_behind()
    {
        using var world = new World();
        world.Snapshots.Reading.IsShut = true;
        var client = world.Client();
        client.Leave();
        world.Snapshots.Reading.Open();
        world.Run();
        world.Advance(1);
        Assert.Equal(0, world.Sessions.Count);
        Assert.Empty(world.Locator.Held);
        Assert.Equal(0, world.Backplane.Subscriptions);
    }

    [Fact]
    public void Connections_beyond_the_limit_of_a_document_are_told_to_come_back()
    {
        using var world = new World(SessionDefaults.Value with { MaxConnectionsPerDocument = 2 });
        var clients = Enumerable.Range(0, 3).Select(_ => world.Client()).ToArray();
        Assert.Equal([null, null, RefusalReason.DocumentIsFull], clients.Select(c => c.Closed));
    }
}
