using Relay.Sockets.Backpressure;

namespace Relay.Api;

public sealed class HeldStatesTests
{
    private readonly FakeTimeProvider time = new();

    [Fact]
    public async Task A_state_is_charged_once_for_all_to_whom_it_is_sent()
    {
        var budget = new BufferBudget(1_000_000, time);
        var held = new HeldStates(budget);
        var state = new byte[600_000];
        Assert.True(await held.TryHoldAsync(state, default));
        Assert.True(await held.TryHoldAsync(state, default));
        Assert.Equal(state.Length - ChargedBuffer.FreeBytes, budget.Used);
        var other = held.TryHoldAsync(new byte[600_000], default).AsTask();
        Assert.False(other.IsCompleted);
        held.Release(state);
        Assert.False(other.IsCompleted);
        held.Release(state);
        Assert.True(await other);
    }

    [Fact]
    public async Task A_state_that_finds_no_room_is_refused_after_a_while()
    {
        var budget = new BufferBudget(1_000_000, time);
        var held = new HeldStates(budget);
        Assert.True(await held.TryHoldAsync(new byte[900_000], default));
        var other = held.TryHoldAsync(new byte[900_000], default).AsTask();
        time.Advance(BufferBudget.Patience);
        Assert.False(await other);
        Assert.True(await held.TryHoldAsync(new byte[60_000], default));
    }

    [Fact]
    public async Task All_who_wait_for_room_for_one_state_wait_for_one_charge()
    {
        var budget = new BufferBudget(1_000_000, time);
        var held = new HeldStates(budget);
        var (first, state) = (new byte[900_000], new byte[700_000]);
        Assert.True(await held.TryHoldAsync(first, default));
        using var given = new CancellationTokenSource();
        var gone = held.TryHoldAsync(state, given.Token).AsTask();
        Task<bool>[] waiting = [held.TryHoldAsync(state, default).AsTask(), held.TryHoldAsync(state, default).AsTask()];
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        held.Release(first);
        var areCharged = await Task.WhenAll(waiting).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.DoesNotContain(false, areCharged);
        Assert.Equal(state.Length - ChargedBuffer.FreeBytes, budget.Used);
        held.Release(state);
        held.Release(state);
        Assert.Equal(0, budget.Used);
    }

    [Fact]
    public async Task A_small_state_does_not_wait_behind_a_large_one()
    {
        var held = new HeldStates(new BufferBudget(1_000_000, time));
        var first = new byte[900_000];
        Assert.True(await held.TryHoldAsync(first, default));
        var large = held.TryHoldAsync(new byte[900_000], default).AsTask();
        var small = held.TryHoldAsync(new byte[ChargedBuffer.FreeBytes], default);
        Assert.True(small.IsCompletedSuccessfully);
        Assert.True(await small);
        Assert.False(large.IsCompleted);
        held.Release(first);
        Assert.True(await large);
    }

    [Fact]
    public async Task A_state_for_which_no_one_waits_any_more_is_not_charged()
    {
        var budget = new BufferBudget(1_000_000, time);
        var held = new HeldStates(budget);
        var first = new byte[900_000];
        Assert.True(await held.TryHoldAsync(first, default));
        using var given = new CancellationTokenSource();
        var gone = held.TryHoldAsync(new byte[700_000], given.Token).AsTask();
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        held.Release(first);
        Assert.Equal(0, budget.Used);
    }

    [Fact]
    public async Task A_state_larger_than_the_budget_is_sent_alone()
    {
        var budget = new BufferBudget(1_000_000, time);
        var held = new HeldStates(budget);
        var state = new byte[5_000_000];
        Assert.True(await held.TryHoldAsync(state, default));
        held.Release(state);
        Assert.Equal(0, budget.Used);
    }
}
