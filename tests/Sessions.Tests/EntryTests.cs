using Relay.Backplane;
using Relay.Doubles;
using Relay.Yjs;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

public sealed class EntryTests
{
    private static readonly byte[] A = Typed(1, 0, "a");
    private static readonly byte[] B = Typed(1, 1, "b");
    private static readonly byte[] C = Typed(2, 0, "c");

    [Fact]
    public void Two_nodes_show_each_other_everything()
    {
        using var world = new World();
        var (here, there) = (world.Client(0), world.Client(1));
        here.Say(Update(A));
        there.Say(Update(C));
        here.Say(Update(B));
        Assert.Equal(World.StateOf(A, B, C), here.Document.EncodeState());
        Assert.Equal(World.StateOf(A, B, C), there.Document.EncodeState());
        Assert.Equal(3, world.Backplane.Entries(World.Name).Count);
    }

    [Fact]
    public void An_entry_that_overtakes_another_waits_for_it()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(C));
        world.Backplane.IsHushed = true;
        var first = world.Backplane.AppendElsewhere(World.Name, 11, A);
        var second = world.Backplane.AppendElsewhere(World.Name, 12, B);
        world.Backplane.IsHushed = false;
        var reads = world.Backplane.Reading.Calls;
        world.Backplane.Deliver(World.Name, second);
        world.Run();
        Assert.Equal(2, client.Updates.Count);
        world.Backplane.Deliver(World.Name, first);
        world.Run();
        world.Advance(1);
        Assert.Equal(World.StateOf(A, B, C), client.Document.EncodeState());
        Assert.Equal(reads, world.Backplane.Reading.Calls);
    }

    [Fact]
    public void A_hole_is_read_from_the_log_after_a_moment()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(C));
        world.Backplane.IsHushed = true;
        world.Backplane.AppendElsewhere(World.Name, 11, A);
        world.Backplane.IsHushed = false;
        world.Backplane.AppendElsewhere(World.Name, 12, B);
        world.Run();
        world.Advance(0.049);
        Assert.Equal(2, client.Updates.Count);
        world.Advance(0.002);
        Assert.Equal(World.StateOf(A, B, C), client.Document.EncodeState());
    }

    [Fact]
    public void A_lost_last_message_is_found_when_the_channel_was_interrupted()
    {
        using var world = new World();
        var client = world.Client();
        world.Backplane.IsHushed = true;
        world.Backplane.AppendElsewhere(World.Name, 11, A);
        world.Backplane.Interrupt();
        world.Run();
        Assert.Equal(World.StateOf(A), client.Document.EncodeState());
    }

    [Fact]
    public void A_hole_that_cannot_be_read_now_is_read_later()
    {
        using var world = new World();
        var client = world.Client();
        world.Backplane.IsHushed = true;
        world.Backplane.AppendElsewhere(World.Name, 11, A);
        world.Backplane.IsHushed = false;
        world.Backplane.Reading.Failure = new BackplaneUnavailableException("Away.");
        world.Backplane.AppendElsewhere(World.Name, 12, B);
        world.Run();
        world.Advance(10);
        Assert.Single(client.Updates);
        world.Backplane.Reading.Failure = null;
        world.Advance(30);
        Assert.Equal(World.StateOf(A, B), client.Document.EncodeState());
    }

    [Fact]
    public void An_own_append_that_lands_behind_others_waits_for_them()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(Typed(3, 0, "first")));
        var seen = client.Updates.Count;
        world.Backplane.IsHushed = true;
        world.Backplane.AppendElsewhere(World.Name, 11, C);
        client.Say(Update(A));
        Assert.Equal(seen, client.Updates.Count);
        world.Advance(1);
        Assert.Equal(World.StateOf(Typed(3, 0, "first"), A, C), client.Document.EncodeState());
        Assert.Equal(3, world.Backplane.Entries(World.Name).Count);
    }

    [Fact]
    public void After_the_log_was_lost_no_update_that_a_client_saw_is_lost()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(A));
        world.Backplane.Lose(World.Name);
        client.Say(Update(B));
        world.Advance(5);
        Assert.Equal(World.StateOf(A, B), world.Stored());
        Assert.Equal(World.StateOf(A, B), client.Document.EncodeState());
        Assert.Equal(World.StateOf(A, B), world.Client(1).Document.EncodeState());
    }

    [Fact]
    public void After_a_failover_that_lost_entries_and_grew_past_the_old_end_all_nodes_agree()
    {
        using var world = new World();
        var (here, there) = (world.Client(0), world.Client(1));
        here.Say(Update(A));
        here.Say(Update(B));
        world.Backplane.CutTo(World.Name, 1);
        world.Backplane.AppendElsewhere(World.Name, 21, C);
        world.Backplane.AppendElsewhere(World.Name, 22, Typed(2, 1, "d"));
        world.Run();
        world.Advance(10);
        var all = World.StateOf(A, B, C, Typed(2, 1, "d"));
        Assert.Equal(all, here.Document.EncodeState());
        Assert.Equal(all, there.Document.EncodeState());
        Assert.Equal(all, world.Stored());
    }

    [Fact]
    public void An_expired_log_starts_again_without_fuss()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(A));
        world.Advance(61);
        Assert.Equal(1, world.Snapshots.Writes);
        world.Backplane.Lose(World.Name);
        client.Say(Update(B));
        world.Advance(5);
        Assert.Equal(World.StateOf(A, B), client.Document.EncodeState());
        Assert.Equal(World.StateOf(A, B), world.Stored());
        Assert.Single(world.Backplane.Entries(World.Name));
    }

    [Fact]
    public void No_snapshot_is_written_while_the_document_is_more_than_its_position_says()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(A));
        world.Backplane.Lose(World.Name);
        world.Backplane.Appending.IsShut = true;
        world.Backplane.Interrupt();
        world.Run();
        world.Advance(300);
        Assert.Equal(0, world.Snapshots.Writes);
        world.Backplane.Appending.Open();
        world.Run();
        world.Advance(300);
        Assert.Equal(World.StateOf(A), world.Snapshots.Of(World.Name)[0].Update.ToArray());
    }

    [Fact]
    public void What_comes_while_reconciling_is_held_and_not_lost()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(A));
        world.Backplane.Lose(World.Name);
        world.Backplane.Reading.IsShut = true;
        world.Backplane.AppendElsewhere(World.Name, 31, C);
        world.Run();
        client.Say(Update(B));
        world.Backplane.AppendElsewhere(World.Name, 32, Typed(2, 1, "d"));
        world.Run();
        world.Backplane.Reading.Open();
        world.Run();
        world.Advance(10);
        var all = World.StateOf(A, B, C, Typed(2, 1, "d"));
        Assert.Equal(all, client.Document.EncodeState());
        Assert.Equal(all, world.Stored());
    }

    [Fact]
    public void A_reconcile_that_fails_is_tried_again_at_a_bounded_rate()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(A));
        world.Backplane.Lose(World.Name);
        world.Backplane.Reading.Failure = new BackplaneUnavailableException("Away.");
        client.Say(Update(B));
        var before = world.Backplane.Reading.Calls;
        world.Advance(300);
        Assert.InRange(world.Backplane.Reading.Calls - before, 5, 40);
        world.Backplane.Reading.Failure = null;
        world.Advance(60);
        Assert.Equal(World.StateOf(A, B), world.Stored());
        Assert.Equal(World.StateOf(A, B), client.Document.EncodeState());
    }

    [Fact]
    public void A_deletion_drops_the_state_closes_all_connections_and_is_never_undone()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(A));
        world.Backplane.AppendElsewhere(World.Name, 41, [], EntryKind.Deleted);
        world.Run();
        Assert.Equal(RefusalReason.DocumentDeleted, client.Closed);
        world.Advance(300);
        Assert.Equal(0, world.Sessions.Count);
        Assert.Equal(0, world.Snapshots.Writes);
        Assert.Equal(0, world.Backplane.Subscriptions);
    }

    [Fact]
    public void An_entry_of_a_lost_history_does_not_have_the_log_read_for_ever()
    {
        using var world = new World();
        world.Client().Say(Update(A));
        world.Advance(5);
        var end = world.Backplane.End(World.Name);
        var at = new Position(end.Epoch, end.Offset + 5, new EntryId(0x55));
        world.Backplane.Deliver(World.Name, new LoggedEntry(at, new EntryId(0x54), EntryKind.Update, B));
        world.Run();
        world.Advance(2);
        var reads = world.Backplane.Reading.Calls;
        world.Advance(30);
        Assert.Equal(reads, world.Backplane.Reading.Calls);
    }

    [Fact]
    public void A_deletion_in_a_new_epoch_is_a_deletion_too()
    {
        using var world = new World();
        var client = world.Client();
        client.Say(Update(A));
        world.Backplane.Lose(World.Name);
        world.Backplane.AppendElsewhere(World.Name, 41, [], EntryKind.Deleted);
        world.Run();
        world.Advance(5);
        Assert.Equal(RefusalReason.DocumentDeleted, client.Closed);
        Assert.Single(world.Backplane.Entries(World.Name));
    }
}
