using Relay.Sockets.Backpressure;

namespace Relay.Sockets;

/// <summary>What a node may buffer, and who gets it when there is not enough.</summary>
public sealed class BufferBudgetTests
{
    private readonly FakeTimeProvider time = new();

    [Fact]
    public async Task What_is_taken_is_charged_until_it_is_given_back()
    {
        var budget = new BufferBudget(100, time);
        Assert.True(budget.TryTake(60));
        Assert.True(await budget.TakeAsync(40, CancellationToken.None));
        Assert.Equal(100, budget.Used);
        Assert.False(budget.TryTake(1));
        budget.Return(60);
        Assert.Equal(40, budget.Used);
        Assert.True(budget.TryTake(60));
    }

    [Fact]
    public async Task More_than_there_is_at_all_is_refused_at_once()
    {
        var budget = new BufferBudget(100, time);
        Assert.False(await budget.TakeAsync(101, CancellationToken.None));
        Assert.Equal(0, budget.Used);
    }

    [Fact]
    public async Task Those_who_wait_are_served_in_order_and_no_newcomer_passes_them()
    {
        var budget = new BufferBudget(100, time);
        Assert.True(budget.TryTake(100));
        var first = budget.TakeAsync(80, CancellationToken.None).AsTask();
        var second = budget.TakeAsync(10, CancellationToken.None).AsTask();
        budget.Return(50);
        Assert.False(first.IsCompleted || second.IsCompleted);
        Assert.False(budget.TryTake(10));
        budget.Return(30);
        Assert.True(await first);
        Assert.False(second.IsCompleted);
        budget.Return(80);
        Assert.True(await second);
        Assert.Equal(30, budget.Used);
    }

    [Fact]
    public async Task When_all_wait_for_each_other_the_last_ones_are_refused_until_the_first_go_on()
    {
        var budget = new BufferBudget(100, time);
        Assert.True(budget.TryTake(100));
        var all = Enumerable.Range(0, 4);
        var waiting = all.Select(_ => budget.TakeAsync(25, CancellationToken.None).AsTask()).ToArray();
        Pass(BufferBudget.Patience - TimeSpan.FromMilliseconds(1));
        Assert.DoesNotContain(waiting, task => task.IsCompleted);

        // Each of them holds 25; the refused one gives that back.
        Pass(TimeSpan.FromMilliseconds(1));
        Assert.False(await waiting[3]);
        budget.Return(25);
        Assert.True(await waiting[0]);
        Pass(BufferBudget.Step);
        Assert.False(await waiting[2]);
        budget.Return(25);
        Assert.True(await waiting[1]);
        Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(100, budget.Used);
    }

    [Fact]
    public async Task One_that_gives_up_takes_no_room_and_holds_no_other_up()
    {
        var budget = new BufferBudget(100, time);
        Assert.True(budget.TryTake(90));
        using var gone = new CancellationTokenSource();
        var (first, second) = (
            budget.TakeAsync(50, gone.Token).AsTask(), budget.TakeAsync(10, CancellationToken.None).AsTask());
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.True(await second);
        Assert.Equal(100, budget.Used);
    }

    [Fact]
    public void A_buffer_is_charged_for_what_has_come_and_not_for_what_was_declared()
    {
        var budget = new BufferBudget(8 << 20, time);
        using var buffer = new ChargedBuffer(budget, 4 << 20);
        Fill(buffer, ChargedBuffer.FreeBytes / 2, 4 << 20);
        Assert.Equal(0, budget.Used);
        Fill(buffer, 200_000, 4 << 20);
        Assert.InRange(budget.Used, 1, 2 * buffer.Count);
        Fill(buffer, 2 << 20, 4 << 20);
        Assert.Equal((4 << 20) - ChargedBuffer.FreeBytes, budget.Used);
        Fill(buffer, (4 << 20) - buffer.Count, 4 << 20);
        Assert.Equal(4 << 20, buffer.Take().Length);
        Assert.Equal(0, budget.Used);
    }

    [Fact]
    public void A_buffer_of_unknown_length_grows_by_doubling_and_never_beyond_its_limit()
    {
        var budget = new BufferBudget(8 << 20, time);
        using var buffer = new ChargedBuffer(budget, 1_000_000);
        var grown = 0;
        var before = 0L;
        while (buffer.Count < 1_000_000)
        {
            Fill(buffer, 1000, 0);
            grown += budget.Used == before ? 0 : 1;
            before = budget.Used;
        }

        Assert.InRange(grown, 1, 6);
        Assert.Equal(LargeArrays.LengthFor(1_000_000) - ChargedBuffer.FreeBytes, budget.Used);
        Assert.Equal(1_000_000, buffer.Take().Length);
    }

    [Theory]
    [InlineData(140_000)]
    [InlineData(1_048_577)]
    public void What_is_as_large_as_the_whole_budget_has_room_in_it(int size)
    {
        var budget = new BufferBudget(size, time);
        using var buffer = new ChargedBuffer(budget, size);
        Fill(buffer, size, size);
        Assert.InRange(budget.Used, size - ChargedBuffer.FreeBytes, size);
        Assert.Equal(size, buffer.Take().Length);
        Assert.Equal(0, budget.Used);
    }

    [Fact]
    public void A_buffer_says_what_it_lacks_when_the_budget_is_full()
    {
        var budget = new BufferBudget(100_000, time);
        using var buffer = new ChargedBuffer(budget, 1 << 20);
        Fill(buffer, 60_000, 0);
        Assert.True(budget.TryTake(90_000));
        var wanted = buffer.MakeRoom(10_000, 0);
        Assert.InRange(wanted, 1, 100_000);
        budget.Return(90_000);
        Assert.True(budget.TryTake(wanted));
        buffer.Granted(wanted);
        Fill(buffer, 10_000, 0);
        Assert.Equal(wanted, budget.Used);
    }

    private static void Fill(ChargedBuffer buffer, int bytes, long declared)
    {
        for (var left = bytes; left > 0; left -= 1000)
        {
            var piece = Math.Min(1000, left);
            Assert.Equal(0, buffer.MakeRoom(piece, declared));
            buffer.Add(piece).Fill(7);
        }
    }

    private void Pass(TimeSpan by) => time.Advance(by);
}
