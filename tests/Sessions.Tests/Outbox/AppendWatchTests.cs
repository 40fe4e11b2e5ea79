namespace Relay.Sessions;

/// <summary>How often sessions are looked at for appends that do not end.</summary>
public sealed class AppendWatchTests
{
    [Fact]
    public void A_session_whose_updates_are_logged_is_looked_at_once_and_sent_no_message()
    {
        using var world = new OutboxWorld().WithLog();
        for (ulong clock = 0; clock < 100; clock++)
        {
            world.Type(OutboxWorld.Writer(), clock);
        }

        Assert.True(world.Outbox.IsEmpty);
        world.Bench.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1, world.Watch.LookedAt);
        world.Type(OutboxWorld.Writer(), 100);
        world.Bench.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(2, world.Watch.LookedAt);
        Assert.Empty(world.Shown);
    }

    [Fact]
    public void A_session_that_waits_is_looked_at_until_it_is_told()
    {
        using var world = new OutboxWorld().WithLog();
        world.Backplane.Replying.IsShut = true;
        world.Type(OutboxWorld.Writer(), 0);
        world.Bench.Advance(TimeSpan.FromSeconds(10));
        Assert.Single(world.Shown);
        Assert.Equal(4, world.Watch.LookedAt);
    }
}
