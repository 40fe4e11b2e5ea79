using Relay.Doubles;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>When a session looks at its presence next.</summary>
public sealed class PresenceTimerTests
{
    [Fact]
    public void Without_presence_nothing_is_due()
    {
        using var world = new TimerWorld();
        world.Timer.Watch();
        world.Bench.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(world.Due);
    }

    [Fact]
    public void Presence_is_looked_through_again_and_again()
    {
        using var world = new TimerWorld();
        world.Say();
        world.Timer.Watch();
        world.Bench.Advance(3 * SessionDefaults.Value.PresenceCheck);
        Assert.Equal([3, 6, 9], world.Due);
    }

    [Fact]
    public void What_is_due_sooner_comes_first()
    {
        using var world = new TimerWorld();
        world.Say();
        world.Timer.Watch();
        world.Bench.Advance(TimeSpan.FromSeconds(1));
        world.Renewal.Ask(world.Bench.Effects.Now);
        world.Timer.Watch();
        world.Bench.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal(1, Assert.Single(world.Due), 0.1);
    }

    [Fact]
    public void A_lost_connection_is_due_when_its_time_to_return_is_over()
    {
        using var world = new TimerWorld();
        world.Returning.Add(new StubConnection().Attach(), world.Bench.Effects.Now);
        world.Timer.Watch();
        world.Bench.Advance(TimeSpan.FromSeconds(2.5));
        Assert.Equal(2, Assert.Single(world.Due), 0.1);
    }

    private sealed class TimerWorld : IDisposable
    {
        private readonly AwarenessRegistry registry;
        private readonly DateTimeOffset start;

        public TimerWorld()
        {
            var context = Bench.Context();
            start = context.Now;
            registry = new AwarenessRegistry(
                context.Settings.Awareness, context.Settings.ReturnTime, NodeMemory.Unlimited.Open());
            var channel = new MemoryBackplane().ChannelOf(1);
            var publisher = new AwarenessPublisher(context, channel, new PresenceOutbox(registry.Records));
            var timer = context.Effects.Timer(this, static world => world.OnDue());
            Timer = new PresenceTimer(context, timer, registry.Records, Returning, Renewal, publisher);
        }

        public PartBench Bench { get; } = new();

        public PresenceRenewal Renewal { get; } = new();

        public ReturningConnections Returning { get; } = new(TimeSpan.FromSeconds(2));

        public PresenceTimer Timer { get; }

        /// <summary>The seconds after which the timer has fired.</summary>
        public List<double> Due { get; } = [];

        public void Say() => registry.Own.Apply(
            new StubConnection().Attach(), [new AwarenessEntry(1, 1, "{}"u8.ToArray())], start);

        public void Dispose() => Bench.Dispose();

        private void OnDue()
        {
            Due.Add((Bench.Effects.Now - start).TotalSeconds);
            Returning.TryTake(Bench.Effects.Now, out _);
            _ = Renewal.TryRenew(registry, Bench.Effects.Now);
            Timer.Watch();
        }
    }
}
