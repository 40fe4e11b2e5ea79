using Relay.Doubles;

namespace Relay.Sessions;

/// <summary>What becomes of the messages of a connection; without a session around it.</summary>
public sealed class MessageIntakeTests
{
    [Fact]
    public void What_is_new_goes_into_the_outbox_and_is_counted()
    {
        using var world = new IntakeWorld();
        var attachment = world.Connect();
        world.Receive(attachment, Update(Messages.Typed(1, 0, "a")), Update(Messages.Typed(2, 0, "b")));
        Assert.Equal(2, world.Outbox.Count);
        Assert.Equal(attachment, world.Outbox[0].From);
        Assert.False(attachment.Receipts.IsAllAcknowledged);
        Assert.Equal(2, world.Figures.BytesIn);
    }

    [Fact]
    public void What_is_not_new_is_answered_at_once()
    {
        using var world = new IntakeWorld();
        world.Content.TryApply(Messages.Typed(1, 0, "a"), out _, out _);
        var attachment = world.Connect();
        world.Receive(attachment, Update(Messages.Typed(1, 0, "a")));
        Assert.True(world.Outbox.IsEmpty);
        Assert.Equal([8, 1], world.Frames(attachment)[^1][2..]);
    }

    [Fact]
    public void Messages_wait_until_their_connection_is_served()
    {
        using var world = new IntakeWorld();
        var attachment = world.Connect(isServed: false);
        world.Receive(attachment, Update(Messages.Typed(1, 0, "a")));
        Assert.True(world.Outbox.IsEmpty);
        attachment.IsServed = true;
        world.Bench.Do(() => world.Intake.ReceiveWaiting(attachment));
        Assert.Equal(1, world.Outbox.Count);
    }

    [Fact]
    public void A_frame_with_a_bad_update_has_no_effect_and_its_connection_ends()
    {
        using var world = new IntakeWorld();
        var attachment = world.Connect();
        world.Receive(attachment, Update(Messages.Typed(1, 0, "a")), Update([9, 9]));
        Assert.True(world.Outbox.IsEmpty);
        Assert.Equal([(attachment, RefusalReason.BadUpdate)], world.Refused);
    }

    [Fact]
    public void Frames_before_a_bad_one_count_and_those_after_it_do_not()
    {
        using var world = new IntakeWorld();
        var attachment = world.Connect();
        world.Receive(
            attachment,
            Update(Messages.Typed(1, 0, "a")),
            Update([9, 9]) with { Frame = 1 },
            Update(Messages.Typed(2, 0, "b")) with { Frame = 2 });
        Assert.Equal(1, world.Outbox.Count);
    }

    [Fact]
    public void An_update_of_a_reader_is_refused_and_nothing_of_it_is_taken()
    {
        using var world = new IntakeWorld();
        var attachment = world.Connect(AccessLevel.Read);
        world.Receive(attachment, Update(Messages.Typed(1, 0, "a")));
        Assert.True(world.Outbox.IsEmpty);
        Assert.Equal([8, 0], world.Frames(attachment)[^1][2..]);
    }

    [Fact]
    public void An_update_that_builds_on_what_a_later_SyncStep2_brings_waits_for_it_and_comes_after_it()
    {
        using var world = new IntakeWorld();
        var attachment = world.Connect();
        world.Receive(attachment, Update(Messages.Typed(1, 1, "b")));
        Assert.True(world.Outbox.IsEmpty);
        world.Receive(attachment, Update(Messages.Typed(1, 0, "a")) with { Kind = DocumentMessageKind.SyncStep2 });
        Assert.Equal(2, world.Outbox.Count);
        Assert.Equal(Messages.Typed(1, 0, "a"), world.Outbox[0].Update.ToArray());
        Assert.Equal(["opened"], world.Told);
    }

    [Fact]
    public void An_early_update_is_taken_without_a_SyncStep2_that_does_not_come()
    {
        using var world = new IntakeWorld();
        var opening = new ConnectionOpening(world.Context, world.Broadcaster, world.Intake);
        var attachment = world.Connect(isServed: false);
        world.Bench.Do(() => opening.Serve(attachment));
        world.Receive(attachment, Update(Messages.Typed(1, 1, "b")));
        world.Bench.Advance(TimeSpan.FromSeconds(9));
        Assert.True(world.Outbox.IsEmpty);
        Assert.False(attachment.Delivery.Follows);
        world.Bench.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(1, world.Outbox.Count);
        Assert.True(attachment.Delivery.Follows);
    }

    [Fact]
    public void A_connection_that_may_still_say_what_it_has_is_waited_for()
    {
        using var world = new IntakeWorld();
        var opening = new ConnectionOpening(world.Context, world.Broadcaster, world.Intake);
        var attachment = world.Connect(isServed: false);
        world.Bench.Do(() => opening.Serve(attachment));
        ((StubConnection)attachment.Connection).MayHaveMore = true;
        world.Bench.Advance(TimeSpan.FromSeconds(25));
        Assert.False(attachment.Delivery.Follows);
        ((StubConnection)attachment.Connection).MayHaveMore = false;
        world.Bench.Advance(TimeSpan.FromSeconds(10));
        Assert.True(attachment.Delivery.Follows);
    }

    [Fact]
    public void A_document_that_would_grow_too_large_refuses_the_update()
    {
        using var world = new IntakeWorld(maxBytes: 4000);
        var attachment = world.Connect();
        world.Receive(attachment, Update(Messages.Typed(1, 0, new string('a', 8000))));
        Assert.Equal([(attachment, RefusalReason.DocumentTooLarge)], world.Refused);
    }

    [Fact]
    public void Presence_and_messages_of_applications_are_handed_on_and_settled()
    {
        using var world = new IntakeWorld();
        var attachment = world.Connect();
        world.Receive(
            attachment,
            new DocumentMessage(DocumentMessageKind.Awareness, default, [], Bytes: 3),
            new DocumentMessage(DocumentMessageKind.Stateless, new byte[] { 1 }, [], Bytes: 4));
        Assert.Equal(["awareness", "stateless"], world.Told);
        Assert.Equal(7, ((StubConnection)attachment.Connection).Settled);
    }

    private static DocumentMessage Update(byte[] update) => IntakeWorld.Update(update);
}
