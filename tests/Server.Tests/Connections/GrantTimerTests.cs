using Relay.Access;
using Relay.Sessions;

namespace Relay.Connections;

public sealed class GrantTimerTests
{
    private readonly FakeTimeProvider time = new();
    private int ended;

    [Theory]
    [InlineData(0.5)]
    [InlineData(3600)]
    [InlineData(1e8)]
    public void A_grant_ends_once_at_its_time(double seconds)
    {
        using var timer = Start(TimeSpan.FromSeconds(seconds));
        time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, ended);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, ended);
        time.Advance(TimeSpan.FromDays(1000));
        Assert.Equal(1, ended);
    }

    [Fact]
    public void One_that_has_ended_already_ends_at_once()
    {
        using var timer = Start(TimeSpan.FromSeconds(-5));
        time.Advance(TimeSpan.Zero);
        Assert.Equal(1, ended);
    }

    [Fact]
    public void A_grant_that_never_ends_or_whose_timer_is_disposed_of_tells_no_end()
    {
        using var never = new GrantTimer(Grant.Everything, time, () => ended++);
        Start(TimeSpan.FromHours(1)).Dispose();
        time.Advance(TimeSpan.FromDays(40_000));
        Assert.Equal(0, ended);
    }

    private GrantTimer Start(TimeSpan lasts) =>
        new(new Grant(_ => AccessLevel.Read) { Expires = time.GetUtcNow() + lasts }, time, () => ended++);
}
