using Relay.Backplane;
using Relay.Doubles;

namespace Relay.Sessions;

/// <summary>What waits to be logged, and the one append in flight; without a session around it.</summary>
public sealed class OutboxTests
{
    [Fact]
    public void An_update_is_stored_applied_acknowledged_and_then_delivered()
    {
        using var world = new OutboxWorld().WithLog();
        var writer = OutboxWorld.Writer();
        world.Type(writer, 0);
        Assert.Equal(["stored 2", "logged", "deliver", "settled"], world.Told);
        Assert.True(writer.Receipts.IsAllAcknowledged);
        Assert.True(world.Outbox.IsEmpty);
        Assert.Equal(0, world.Content.Limit.Waiting);
    }

    [Fact]
    public void What_waits_during_an_append_becomes_one_entry()
    {
        using var world = new OutboxWorld().WithLog();
        world.Backplane.Appending.IsShut = true;
        for (ulong i = 0; i < 5; i++)
        {
            world.Type(OutboxWorld.Writer(), i);
        }

        Assert.Equal(4, world.Outbox.Count);
        Assert.Equal(500, world.Content.Limit.Waiting);
        world.Backplane.Appending.Open();
        world.Bench.Steps.Run();
        Assert.Equal(3, world.Backplane.Entries(World.Name).Count);
        Assert.True(world.Outbox.IsEmpty);
    }

    [Fact]
    public void No_append_begins_before_the_document_is_loaded_or_while_the_session_reconciles()
    {
        using var world = new OutboxWorld { IsOpen = false }.WithLog();
        world.Type(null, 0);
        Assert.Empty(world.Backplane.Appends);
        world.IsOpen = true;
        world.MaySend = false;
        world.Bench.Do(world.Outbox.Append);
        Assert.Empty(world.Backplane.Appends);
        world.MaySend = true;
        world.Bench.Do(world.Outbox.Append);
        Assert.Single(world.Backplane.Appends);
    }

    [Fact]
    public void An_append_of_unknown_outcome_is_repeated_under_a_new_id_and_stored_once()
    {
        using var world = new OutboxWorld().WithLog();
        world.Backplane.Replying.Failure = new BackplaneUnavailableException("lost");
        world.Type(OutboxWorld.Writer(), 0);
        Assert.False(world.Outbox.IsEmpty);
        world.Backplane.Replying.Failure = null;
        world.Bench.Advance(TimeSpan.FromSeconds(1));
        Assert.True(world.Outbox.IsEmpty);
        var ids = world.Backplane.Appends.Select(append => append.Id).ToList();
        Assert.True(ids.Count > 1);
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.Equal(ids[0], Assert.Single(world.Backplane.Entries(World.Name).Skip(1)).Position.Id);
    }

    [Fact]
    public void An_entry_that_comes_over_the_channel_before_the_reply_settles_the_append()
    {
        using var world = new OutboxWorld().WithLog();
        world.Backplane.Replying.IsShut = true;
        world.Type(OutboxWorld.Writer(), 0);
        world.Bench.Do(() => world.Apply(world.Outbox.InFlight!.Payload));
        Assert.True(world.Outbox.IsEmpty);
        world.Told.Clear();
        world.Backplane.Replying.Open();
        world.Bench.Steps.Run();
        Assert.Empty(world.Told);
    }

    [Fact]
    public void The_own_entry_is_known_from_its_append_on_and_by_its_position_from_the_reply_on()
    {
        using var world = new OutboxWorld().WithLog();
        world.Backplane.Replying.IsShut = true;
        world.Type(OutboxWorld.Writer(), 0);
        var stored = world.Backplane.Entries(World.Name)[^1].Position;
        Assert.Equal(OwnEntryState.InFlight, world.Outbox.OwnEntries.StateOf(stored));
        world.Backplane.Replying.Open();
        world.Bench.Steps.Run();
        Assert.Equal(OwnEntryState.Answered, world.Outbox.OwnEntries.StateOf(stored));
    }

    [Fact]
    public void A_stored_entry_that_waits_for_those_before_it_is_appended_again()
    {
        using var world = new OutboxWorld { HasGap = true }.WithLog();
        world.Type(OutboxWorld.Writer(), 0);
        world.Bench.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(["stored 2", "stored 2"], world.Told);
    }

    [Fact]
    public void An_append_that_begins_a_log_or_meets_another_epoch_has_the_session_reconcile()
    {
        using var begun = new OutboxWorld();
        begun.Type(OutboxWorld.Writer(), 0);
        Assert.Equal(["other log"], begun.Told);

        using var other = new OutboxWorld().WithLog();
        other.Position = other.Position with { Epoch = other.Position.Epoch - 1 };
        other.Type(OutboxWorld.Writer(), 0);
        Assert.Equal(["other log"], other.Told);
        Assert.False(other.Outbox.IsEmpty);
    }

    [Fact]
    public void What_was_logged_meanwhile_is_acknowledged_without_an_append()
    {
        using var world = new OutboxWorld().WithLog();
        world.Backplane.Appending.IsShut = true;
        var (before, returned) = (OutboxWorld.Writer(), OutboxWorld.Writer());
        world.Type(before, 0);
        world.Type(returned, 0);
        world.Backplane.Appending.Open();
        world.Bench.Steps.Run();
        Assert.True(returned.Receipts.IsAllAcknowledged);
        Assert.Equal(2, world.Backplane.Entries(World.Name).Count);
    }

    [Fact]
    public void A_writer_that_is_gone_is_not_acknowledged()
    {
        using var world = new OutboxWorld().WithLog();
        world.Backplane.Appending.IsShut = true;
        var writer = OutboxWorld.Writer();
        world.Type(writer, 0);
        writer.IsAttached = false;
        world.Backplane.Appending.Open();
        world.Bench.Steps.Run();
        Assert.False(writer.Receipts.IsAllAcknowledged);
        Assert.Equal(0, world.Content.Limit.Waiting);
    }

    [Fact]
    public void A_reconcile_has_what_is_lacking_appended_first_and_the_entry_in_flight_under_a_new_id()
    {
        using var world = new OutboxWorld().WithLog();
        world.Backplane.Appending.IsShut = true;
        world.Type(OutboxWorld.Writer(), 0);
        world.Type(OutboxWorld.Writer(), 1);
        var id = world.Outbox.InFlight!.Id;
        world.Bench.Do(() =>
        {
            world.Outbox.Rebase(world.State(), default, Messages.Typed(9, 0, "l"));
            world.Outbox.Rebase(world.State(), default, Messages.Typed(9, 0, "lacking"));
        });
        Assert.NotEqual(id, world.Outbox.InFlight!.Id);
        Assert.True(world.Outbox.IsRecovering);
        Assert.Equal(2, world.Outbox.Count);
        Assert.True(world.Outbox[0].IsRecovery);
        Assert.Equal(2, world.Outbox.Unlogged.Count());
    }

    [Fact]
    public void A_reconcile_that_finds_the_entry_in_flight_settles_it()
    {
        using var world = new OutboxWorld().WithLog();
        world.Backplane.Replying.IsShut = true;
        var writer = OutboxWorld.Writer();
        world.Type(writer, 0);
        var update = world.Outbox.InFlight!.Payload;
        world.Told.Clear();
        world.Bench.Do(() => world.Outbox.Rebase(world.State(), update, default));
        Assert.Equal(["logged", "deliver", "settled"], world.Told);
        Assert.True(writer.Receipts.IsAllAcknowledged);
        Assert.True(world.Outbox.IsEmpty);
    }

    [Fact]
    public void Updates_that_have_waited_for_a_later_one_can_be_put_behind_it()
    {
        using var world = new OutboxWorld { IsOpen = false };
        for (ulong i = 0; i < 4; i++)
        {
            world.Type(null, 0, client: i + 1);
        }

        var second = world.Outbox[1];
        world.Bench.Do(() => world.Outbox.MoveToEnd(1, 2));
        Assert.Equal(second, world.Outbox[3]);
    }
}
