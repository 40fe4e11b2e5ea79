using Relay.Doubles;
using Relay.Yjs;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

/// <summary>How often a connection is told of presence.</summary>
public sealed class PresencePaceTests
{
    private const double Interval = 0.05;

    private static readonly SessionSettings Paced =
        SessionDefaults.Value with { PresenceInterval = TimeSpan.FromSeconds(Interval) };

    [Fact]
    public void After_a_pause_presence_is_told_at_once_and_then_the_latest_when_the_interval_is_over()
    {
        using var world = new World(Paced);
        var (mover, viewer) = (world.Client(), world.Client());
        mover.Say(Presence((1, 1, "1")));
        Assert.Equal(1, PresenceOf(viewer));
        for (ulong clock = 2; clock <= 9; clock++)
        {
            mover.Say(Presence((1, clock, $"{clock}")));
        }

        Assert.Equal(1, PresenceOf(viewer));
        world.Advance(Interval);
        Assert.Equal(2, PresenceOf(viewer));
        Assert.Equal((9UL, "9"), viewer.Presence[1]);
        world.Advance(1);
        Assert.Equal(2, PresenceOf(viewer));
        mover.Say(Presence((1, 10, "10")));
        Assert.Equal(3, PresenceOf(viewer));
    }

    [Fact]
    public void A_mouse_that_moves_all_the_time_is_shown_twenty_times_a_second()
    {
        using var world = new World(Paced);
        var (mover, viewer) = (world.Client(), world.Client());
        for (ulong clock = 1; clock <= 400; clock++)
        {
            mover.Say(Presence((1, clock, $"{clock}")));
            world.Advance(0.01);
        }

        Assert.InRange(PresenceOf(viewer), 79, 81);
    }

    [Fact]
    public void What_many_do_is_told_together_and_updates_do_not_bring_it_sooner()
    {
        using var world = new World(Paced);
        var clients = Enumerable.Range(0, 20).Select(_ => world.Client()).ToArray();
        clients[0].Say(Presence((1, 1, "{}")));
        var before = PresenceOf(clients[^1]);
        for (var i = 1; i < clients.Length; i++)
        {
            clients[i].Say(Presence(((ulong)i + 1, 1, "{}")));
            clients[0].Say(Update(Typed(1, (ulong)i - 1, "a")));
        }

        Assert.Equal(19, clients[^1].Got.Count(kind => kind == "update"));
        Assert.Equal(before, PresenceOf(clients[^1]));
        world.Advance(Interval);
        Assert.All(clients, client => Assert.Equal(20, client.Presence.Count));
        Assert.Equal(before + 1, PresenceOf(clients[^1]));
    }

    [Fact]
    public void A_newcomer_and_one_that_asks_are_told_everything_at_once()
    {
        using var world = new World(Paced);
        var (mover, viewer) = (world.Client(), world.Client());
        mover.Say(Presence((1, 1, "1")));
        mover.Say(Presence((1, 2, "2")));
        Assert.Equal((2UL, "2"), world.Client().Presence[1]);
        Assert.Equal((1UL, "1"), viewer.Presence[1]);
        viewer.Say(QueryPresence());
        Assert.Equal((2UL, "2"), viewer.Presence[1]);
    }

    [Fact]
    public void The_more_connections_the_longer_is_the_interval()
    {
        using var world = new World(Paced);
        var clients = Enumerable.Range(0, 3 * PresencePace.FullPace).Select(_ => world.Client()).ToArray();
        clients[0].Say(Presence((1, 1, "1")));
        clients[0].Say(Presence((1, 2, "2")));
        world.Advance(2.9 * Interval);
        Assert.Equal((1UL, "1"), clients[1].Presence[1]);
        world.Advance(0.2 * Interval);
        Assert.Equal((2UL, "2"), clients[1].Presence[1]);
    }

    [Fact]
    public void A_clock_that_is_set_back_puts_presence_off_for_no_longer_than_the_interval()
    {
        using var bench = new PartBench();
        var context = bench.Context(Paced);
        var records = new AwarenessRecords(NodeMemory.Unlimited.Open());
        var pace = new PresencePace(context, records, new ConnectionSet(new RoomFigures()));
        var now = context.Now;
        Change();
        Assert.True(pace.TryBegin(now));
        Assert.Null(pace.Due(now));
        Change();
        Assert.Equal(TimeSpan.FromSeconds(Interval), pace.Due(now - TimeSpan.FromHours(1)));
        Assert.False(pace.TryBegin(now));
        Assert.True(pace.TryBegin(now + TimeSpan.FromSeconds(Interval)));

        void Change()
        {
            var entry = new AwarenessEntry(1, (ulong)records.LastChange + 1, "{}"u8.ToArray());
            records.Change(records.Find(1) ?? records.Add(1), entry, now);
        }
    }

    private static int PresenceOf(TestConnection connection) => connection.Got.Count(kind => kind == "presence");
}
