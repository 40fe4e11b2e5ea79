using Relay.Sockets.Backpressure;

namespace Relay.Connections;

public sealed class PacingTests
{
    [Fact]
    public void Ten_seconds_worth_of_messages_pass_at_once_and_then_the_rate_holds()
    {
        var time = new FakeTimeProvider();
        var rate = new MessageRate(2000, time);
        for (var i = 0; i < 20_000; i++)
        {
            Assert.Equal(TimeSpan.Zero, rate.Count(1));
        }

        Assert.InRange(rate.Count(1), TimeSpan.FromTicks(1), TimeSpan.FromMilliseconds(1));
        time.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 1999; i++)
        {
            Assert.Equal(TimeSpan.Zero, rate.Count(1));
        }

        Assert.NotEqual(TimeSpan.Zero, rate.Count(1));
    }

    [Fact]
    public async Task Beyond_its_credit_a_connection_waits_until_enough_is_settled()
    {
        var credit = Credit(100);
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
    public async Task What_is_held_for_later_messages_does_not_count_until_it_is_taken_up()
    {
        var credit = Credit(100);
        credit.Add(150);
        var waiting = credit.WaitAsync(CancellationToken.None).AsTask();
        Assert.True(credit.TryHold(150));
        await waiting.WaitAsync(TimeSpan.FromSeconds(30));
        credit.TakeUp();
        waiting = credit.WaitAsync(CancellationToken.None).AsTask();
        Assert.False(waiting.IsCompleted);
        credit.Settle(150);
        await waiting.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void What_waits_is_charged_to_the_node_until_it_is_settled_or_the_connection_ends()
    {
        var budget = new BufferBudget(1 << 20, TimeProvider.System);
        var one = new InboundCredit(long.MaxValue, 0, budget);
        var other = new InboundCredit(long.MaxValue, 0, budget);
        one.Add(60_000);
        Assert.Equal(0, budget.Used);
        one.Add(600_000);
        other.Add(300_000);
        Assert.InRange(budget.Used, 900_000, 960_000);
        one.Settle(600_000);
        Assert.InRange(budget.Used, 230_000, 300_000);
        other.End();
        other.Settle(300_000);
        other.Add(300_000);
        Assert.Equal(0, budget.Used);
    }

    [Fact]
    public async Task While_the_node_s_budget_is_full_those_who_have_much_waiting_read_no_further()
    {
        var budget = new BufferBudget(100_000, TimeProvider.System);
        var large = new InboundCredit(long.MaxValue, 0, budget);
        var small = new InboundCredit(long.MaxValue, 0, budget);
        large.Add(200_000);
        small.Add(1_000);
        Assert.True(small.WaitAsync(CancellationToken.None).IsCompleted);
        var waiting = large.WaitAsync(CancellationToken.None).AsTask();
        Assert.False(waiting.IsCompleted);
        large.Settle(150_000);
        await waiting.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void What_is_held_is_bounded_and_charged_to_the_node_until_its_connection_is_gone()
    {
        var budget = new BufferBudget(1 << 20, TimeProvider.System);
        var credit = new InboundCredit(1 << 20, 512 << 10, budget);
        credit.Add(600 << 10);
        Assert.True(credit.TryHold(512 << 10));
        Assert.False(credit.TryHold(1));
        Assert.InRange(budget.Used, 512 << 10, 600 << 10);
        credit.TakeUp();
        Assert.True(credit.TryHold(1 << 10));
        budget.Charge(1 << 20);
        Assert.False(credit.TryHold(64 << 10));
        credit.Settle(599 << 10);
        Assert.True(credit.TryHold(1 << 10));
        credit.End();
        Assert.Equal(1 << 20, budget.Used);
    }

    [Fact]
    public async Task A_closed_connection_waits_for_no_credit()
    {
        using var closed = new CancellationTokenSource();
        var credit = Credit(1);
        credit.Add(5);
        var waiting = credit.WaitAsync(closed.Token).AsTask();
        await closed.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    private static InboundCredit Credit(long limit) =>
        new(limit, 1 << 20, new BufferBudget(1 << 20, new FakeTimeProvider()));
}
