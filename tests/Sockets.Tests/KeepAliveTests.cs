using Relay.Sockets.WebSockets;

namespace Relay.Sockets;

/// <summary>When a client is pinged and when it is given up.</summary>
public sealed class KeepAliveTests : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(25);

    private readonly FakeTimeProvider time = new();
    private readonly SocketTicks ticks;
    private KeepAlive keepAlive;

    public KeepAliveTests()
    {
        time.Advance(TimeSpan.FromSeconds(1));
        ticks = new SocketTicks(SocketTimes.Default with { Ping = Interval }, time);
        keepAlive = new KeepAlive(time.GetTimestamp());
    }

    public void Dispose() => ticks.Dispose();

    [Fact]
    public void A_ping_is_due_after_the_interval_and_not_sooner()
    {
        time.Advance(Interval - TimeSpan.FromSeconds(1));
        Assert.Equal(KeepAliveStep.None, Look());
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(KeepAliveStep.Ping, Look());
        Assert.Equal(KeepAliveStep.None, Look());
    }

    [Fact]
    public void A_client_that_answers_neither_of_two_pings_is_given_up_when_the_next_one_is_due()
    {
        Assert.Equal(KeepAliveStep.Ping, LookNext());
        Assert.Equal(KeepAliveStep.Ping, LookNext());
        Assert.Equal(KeepAliveStep.GiveUp, LookNext());

        // And again, at every look.
        Assert.Equal(KeepAliveStep.GiveUp, Look());
    }

    [Fact]
    public void Whatever_a_client_sends_is_an_answer()
    {
        for (var read = 1; read < 10; read++)
        {
            Assert.Equal(KeepAliveStep.Ping, LookNext(read));
        }

        Assert.Equal(KeepAliveStep.Ping, LookNext(9));
        Assert.Equal(KeepAliveStep.Ping, LookNext(10));
        Assert.Equal(KeepAliveStep.Ping, LookNext(10));
        Assert.Equal(KeepAliveStep.GiveUp, LookNext(10));
    }

    [Fact]
    public void A_client_that_is_not_read_from_is_not_given_up()
    {
        Assert.Equal(KeepAliveStep.Ping, LookNext(isPaused: true));
        Assert.Equal(KeepAliveStep.Ping, LookNext(isPaused: true));
        Assert.Equal(KeepAliveStep.Ping, LookNext(isPaused: true));
        time.Advance(TimeSpan.FromSeconds(10));
        var lastPause = time.GetTimestamp();
        Assert.Equal(KeepAliveStep.Ping, LookNext(lastPause: lastPause));
        Assert.Equal(KeepAliveStep.Ping, LookNext(lastPause: lastPause));
        Assert.Equal(KeepAliveStep.GiveUp, LookNext(lastPause: lastPause));
    }

    private KeepAliveStep LookNext(long read = 0, bool isPaused = false, long lastPause = 0)
    {
        time.Advance(Interval);
        return Look(read, isPaused, lastPause);
    }

    private KeepAliveStep Look(long read = 0, bool isPaused = false, long lastPause = 0) =>
        keepAlive.Look(ticks, read, isPaused, lastPause);
}
