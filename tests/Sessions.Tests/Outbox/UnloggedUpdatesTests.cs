using Relay.Doubles;

namespace Relay.Sessions;

/// <summary>What is shown while the log does not answer; without a session around it.</summary>
public sealed class UnloggedUpdatesTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    [Fact]
    public void What_waits_is_shown_to_all_but_its_writer_after_the_grace()
    {
        using var world = Away();
        var writer = OutboxWorld.Writer();
        world.Type(writer, 0);
        world.Bench.Advance(Grace - TimeSpan.FromMilliseconds(100));
        Assert.Empty(world.Shown);
        Assert.False(world.Unlogged.IsShown);
        world.Bench.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Equal(writer, Assert.Single(world.Shown).Except);
        Assert.True(world.Unlogged.IsShown);
    }

    [Fact]
    public void Appends_that_are_logged_meanwhile_keep_it_from_being_shown()
    {
        using var world = new OutboxWorld().WithLog();
        for (ulong i = 0; i < 5; i++)
        {
            world.Backplane.Replying.IsShut = true;
            world.Type(OutboxWorld.Writer(), i);
            world.Bench.Advance(TimeSpan.FromSeconds(1));
            world.Backplane.Replying.Open();
            world.Bench.Steps.Run();
        }

        Assert.Empty(world.Shown);
    }

    [Fact]
    public void What_is_taken_while_the_log_is_away_is_shown_at_once_and_once()
    {
        using var world = Away();
        world.Type(OutboxWorld.Writer(), 0);
        world.Bench.Advance(Grace);
        var other = OutboxWorld.Writer();
        world.Type(other, 1);
        world.Bench.Do(() => world.Unlogged.ShowTaken(world.Outbox.Count - 1));
        Assert.Equal(2, world.Shown.Count);
        world.Type(OutboxWorld.Writer(), 1);
        world.Bench.Do(() => world.Unlogged.ShowTaken(world.Outbox.Count - 1));
        Assert.Equal(2, world.Shown.Count);
    }

    [Fact]
    public void Connections_have_no_more_than_the_log_when_all_that_waited_is_logged()
    {
        using var world = Away();
        world.Type(OutboxWorld.Writer(), 0);
        world.Type(OutboxWorld.Writer(), 1);
        world.Bench.Advance(Grace);
        world.Backplane.Appending.Open();
        world.Bench.Steps.Run();
        Assert.True(world.Outbox.IsEmpty);
        Assert.False(world.Unlogged.IsShown);
        Assert.True(world.Unlogged.Merge(null).IsEmpty);
    }

    [Fact]
    public void A_client_that_comes_back_is_not_shown_what_its_old_connection_wrote()
    {
        using var world = Away();
        var (before, returned) = (OutboxWorld.Writer(), OutboxWorld.Writer());
        world.Type(before, 0);
        before.IsAttached = false;
        world.Type(returned, 0);
        world.Bench.Advance(Grace);
        Assert.Equal(returned, Assert.Single(world.Shown).Except);
        Assert.True(world.Unlogged.Merge(returned).IsEmpty);
        Assert.False(world.Unlogged.Merge(OutboxWorld.Writer()).IsEmpty);
    }

    [Fact]
    public void What_another_node_shares_unlogged_counts_until_the_document_has_it()
    {
        using var world = Away();
        var update = Messages.Typed(7, 0, "p");
        world.Bench.Do(() => world.Unlogged.OnPeer(update));
        Assert.Equal(update, world.Unlogged.Merge(null).ToArray());
        Assert.True(world.Content.TryApply(update, out _, out _));
        Assert.True(world.Unlogged.Merge(null).IsEmpty);
        Assert.False(world.Unlogged.IsShown);
    }

    [Fact]
    public void What_another_node_shares_unlogged_is_appended_here_too()
    {
        using var world = new OutboxWorld().WithLog();
        var update = Messages.Typed(7, 0, "p");
        world.Bench.Do(() => world.Unlogged.OnPeer(update));
        Assert.Equal(update, world.Backplane.Entries(World.Name)[^1].Payload.ToArray());
        Assert.True(world.Outbox.IsEmpty);
        world.Bench.Do(world.Unlogged.AppendPeers);
        Assert.Equal(2, world.Backplane.Entries(World.Name).Count);
    }

    [Fact]
    public void What_builds_on_what_the_log_lost_is_left_to_the_node_that_has_it()
    {
        using var world = new OutboxWorld().WithLog();
        world.Bench.Do(() => world.Unlogged.OnPeer(Messages.Typed(7, 1, "p")));
        Assert.True(world.Outbox.IsEmpty);
        Assert.Single(world.Backplane.Entries(World.Name));
    }

    [Fact]
    public void What_builds_on_what_no_client_was_shown_is_not_shown_before_it_is_logged()
    {
        using var world = Away();
        world.Type(OutboxWorld.Writer(), 0);
        world.Type(OutboxWorld.Writer(), 2);
        world.Bench.Advance(Grace);
        world.Type(OutboxWorld.Writer(), 3);
        world.Bench.Do(() => world.Unlogged.ShowTaken(world.Outbox.Count - 1));
        Assert.Equal(Messages.Typed(1, 0, "a"), Assert.Single(world.Shown).Update.ToArray());
        Assert.Equal(Messages.Typed(1, 0, "a"), world.Unlogged.Merge(null).ToArray());

        // It does once what is missing is there.
        world.Type(OutboxWorld.Writer(), 1);
        world.Type(OutboxWorld.Writer(), 2);
        world.Bench.Do(() => world.Unlogged.ShowTaken(world.Outbox.Count - 2));
        Assert.Equal(3, world.Shown.Count);
    }

    [Fact]
    public void What_builds_on_what_another_node_shares_unlogged_is_shown()
    {
        using var world = Away();
        world.Bench.Do(() => world.Unlogged.OnPeer(Messages.Typed(7, 0, "p")));
        world.Type(OutboxWorld.Writer(), 1, client: 7);
        world.Bench.Advance(Grace);
        Assert.Contains(world.Shown, shown => shown.Update.Span.SequenceEqual(Messages.Typed(7, 1, "a")));
        Assert.Equal(World.StateOf(Messages.Typed(7, 0, "pa")), World.StateOf(world.Unlogged.Merge(null).ToArray()));
    }

    /// <summary>A log that does not answer.</summary>
    private static OutboxWorld Away()
    {
        var world = new OutboxWorld().WithLog();
        world.Backplane.Appending.IsShut = true;
        return world;
    }
}
