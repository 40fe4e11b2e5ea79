using Relay.Doubles;

namespace Relay.Sessions;

/// <summary>What becomes of the messages of one frame; without an intake that orders frames.</summary>
public sealed class FrameHandlerTests
{
    [Fact]
    public void All_messages_of_a_frame_are_checked_before_the_first_one_has_an_effect()
    {
        using var world = new IntakeWorld();
        var attachment = world.Connect();
        Take(world, attachment, Presence, IntakeWorld.Update(Messages.Typed(1, 0, "a")), IntakeWorld.Update([9, 9]));
        Assert.Empty(world.Told);
        Assert.True(world.Outbox.IsEmpty);
        Assert.Equal([(attachment, RefusalReason.BadUpdate)], world.Refused);
    }

    [Fact]
    public void Updates_that_exceed_the_documents_room_only_together_are_refused()
    {
        using var world = new IntakeWorld(maxBytes: 20_000);
        var (one, two) = (Messages.Typed(1, 0, new string('a', 6000)), Messages.Typed(2, 0, new string('b', 6000)));
        var attachment = world.Connect();
        Take(world, attachment, IntakeWorld.Update(one));
        Assert.Equal(1, world.Outbox.Count);

        using var other = new IntakeWorld(maxBytes: 20_000);
        attachment = other.Connect();
        Take(other, attachment, IntakeWorld.Update(one), IntakeWorld.Update(two), IntakeWorld.Update(one));
        Assert.Equal([(attachment, RefusalReason.DocumentTooLarge)], other.Refused);
        Assert.True(other.Outbox.IsEmpty);
    }

    [Fact]
    public void A_client_that_begins_with_something_else_than_its_state_vector_is_sent_entries_from_then_on()
    {
        using var world = new IntakeWorld();
        var attachment = world.Connect();
        Take(world, attachment, Presence);
        Assert.True(attachment.Delivery.Follows);

        var stock = world.Connect();
        Take(world, stock, new DocumentMessage(DocumentMessageKind.SyncStep1, new byte[] { 0 }, []));
        Assert.False(stock.Delivery.Follows);
        Assert.Equal(1, stock.Delivery.SyncRequests.Count);
    }

    [Fact]
    public void What_was_taken_is_noted_for_updates_that_build_on_it()
    {
        using var world = new IntakeWorld();
        var attachment = world.Connect();
        var first = Frame(IntakeWorld.Update(Messages.Typed(1, 0, "a")));
        var second = Frame(IntakeWorld.Update(Messages.Typed(1, 1, "b")));
        Assert.False(attachment.Early.TryHold(first, world.Content.Document));
        world.Bench.Do(() =>
        {
            world.Handler.Take(attachment, first);
            world.Handler.NoteTaken(attachment.Early, first);
        });
        Assert.False(attachment.Early.TryHold(second, world.Content.Document));
        var unknown = Frame(IntakeWorld.Update(Messages.Typed(2, 1, "b")));
        Assert.True(attachment.Early.TryHold(unknown, world.Content.Document));
    }

    private static DocumentMessage Presence => new(DocumentMessageKind.Awareness, default, [], Bytes: 1);

    private static MessageFrame Frame(params DocumentMessage[] messages) => new(messages, 0, messages.Length);

    private static void Take(IntakeWorld world, Attachment attachment, params DocumentMessage[] messages) =>
        world.Bench.Do(() => world.Handler.Take(attachment, Frame(messages)));
}
