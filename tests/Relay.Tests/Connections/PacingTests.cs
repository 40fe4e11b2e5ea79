using Relay.Doubles;

namespace Relay.Connections;

public sealed class PacingTests
{
    [Fact]
    public void Ten_seconds_worth_of_messages_pass_at_once_and_then_the_rate_holds()
    {
        var time = new ManualTime();
        var rate = new MessageRate(2000, time);
        for (var i = 0; i < 20_000; i++)
        {
            Assert.Equal(TimeSpan.Zero, rate.Count(1));
        }

        Assert.InRange(rate.Count(1), TimeSpan.FromTicks(1), TimeSpan.FromMilliseconds(1));
        time.Advance(TimeSpan.FromSeconds(1), () => { });
        for (var i = 0; i < 1999; i++)
        {
            Assert.Equal(TimeSpan.Zero, rate.Count(1));
        }

        Assert.NotEqual(TimeSpan.Zero, rate.Count(1));
    }

    [Fact]
    public async Task Beyond_its_credit_a_connection_waits_until_enough_is_settled()
    {
        var credit = new InboundCredit(100);
        credit.Add(99);
        Assert.True(credit.WaitAsync(CancellationToken.None).IsCompleted);
        credit.Add(50);
        var waiting = credit.WaitAsync(CancellationToken.None).AsTask();
        credit.Settle(20);
        Assert.False(waiting.IsCompleted);
        credit.Settle(50);
        await waiting.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_closed_connection_waits_for_no_credit()
    {
        using var closed = new CancellationTokenSource();
        var credit = new InboundCredit(1);
        credit.Add(5);
        var waiting = credit.WaitAsync(closed.Token).AsTask();
        await closed.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(30)));
    }
}
