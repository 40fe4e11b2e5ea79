using Relay.Doubles;

namespace Relay.Sessions;

/// <summary>How calls and timers end, and what a session that is closed still hears of them.</summary>
public sealed class SessionEffectsTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    [Fact]
    public void The_end_of_a_call_is_a_message()
    {
        using var bench = new PartBench();
        var call = new TaskCompletionSource<int>();
        var ends = new List<string>();
        bench.Do(() => Start(bench, call, ends));
        bench.Do(() =>
        {
            call.SetResult(7);
            Assert.Empty(ends);
        });
        Assert.Equal(["done 7"], ends);
    }

    [Fact]
    public void A_call_that_throws_ends_with_what_it_threw()
    {
        using var bench = new PartBench();
        var call = new TaskCompletionSource<int>();
        var ends = new List<string>();
        bench.Do(() => Start(bench, call, ends));
        call.SetException(new InvalidOperationException("no"));
        bench.Steps.Run();
        Assert.Equal(["failed no"], ends);
    }

    [Fact]
    public void A_deadline_ends_one_call_and_not_the_next_one()
    {
        using var bench = new PartBench();
        var ends = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            var call = new TaskCompletionSource<int>();
            bench.Do(() => Start(bench, call, ends));
            bench.Advance(TimeSpan.FromSeconds(10));
            call.SetResult(i);
            bench.Steps.Run();
        }

        bench.Do(() => Start(bench, new TaskCompletionSource<int>(), ends));
        bench.Advance(Timeout - TimeSpan.FromSeconds(1));
        Assert.Equal(["done 0", "done 1", "done 2"], ends);
        bench.Advance(TimeSpan.FromSeconds(1));
        Assert.StartsWith("failed", ends[^1]);
    }

    [Fact]
    public void A_closed_session_hears_of_no_end()
    {
        using var bench = new PartBench();
        var (succeeds, fails) = (new TaskCompletionSource<int>(), new TaskCompletionSource<int>());
        var ends = new List<string>();
        bench.Do(() => Start(bench, succeeds, ends));
        bench.Do(() => Start(bench, fails, ends));
        bench.Close();
        succeeds.SetResult(1);
        fails.SetException(new InvalidOperationException("no"));
        bench.Steps.Run();
        Assert.Empty(ends);
        Assert.True(bench.IsFreed);
    }

    [Fact]
    public void A_closed_session_hears_of_no_timer_and_sets_none()
    {
        using var bench = new PartBench();
        var fired = 0;
        var timer = bench.Effects.Timer(bench, _ => fired++);
        bench.Do(() => timer.Set(TimeSpan.FromSeconds(1)));
        bench.Close();
        bench.Do(() => timer.Set(TimeSpan.FromSeconds(1)));
        bench.Do(() => timer.SetNoLater(TimeSpan.FromSeconds(1)));
        bench.Advance(TimeSpan.FromSeconds(5));
        Assert.False(timer.IsSet);
        Assert.Equal(0, fired);
    }

    [Fact]
    public void A_timer_that_has_fired_before_the_session_was_closed_has_no_effect_after()
    {
        using var bench = new PartBench();
        var fired = 0;
        var timer = bench.Effects.Timer(bench, _ => fired++);
        bench.Do(() => timer.Set(TimeSpan.FromSeconds(1)));
        bench.Do(() =>
        {
            bench.Time.Advance(TimeSpan.FromSeconds(1));
            bench.Effects.Close(Timeout, _ => ValueTask.CompletedTask, _ => { });
        });
        Assert.Equal(0, fired);
    }

    [Fact]
    public void A_session_is_freed_once_after_the_last_call_that_holds_it()
    {
        using var bench = new PartBench();
        var (one, other) = (new TaskCompletionSource(), new TaskCompletionSource<int>());
        var (ends, freed) = (0, 0);
        bench.Do(() => bench.Effects.StartHolding(
            Timeout, _ => new ValueTask(one.Task), () => ends++, _ => ends++));
        bench.Do(() => bench.Effects.StartHolding(
            Timeout, _ => new ValueTask<int>(other.Task), _ => ends++, _ => ends++));
        bench.Do(() => bench.Effects.Close(Timeout, _ => ValueTask.CompletedTask, _ => freed++));
        one.SetResult();
        bench.Steps.Run();
        Assert.Equal(0, freed);
        other.SetException(new InvalidOperationException("no"));
        bench.Steps.Run();
        Assert.Equal((0, 1), (ends, freed));
    }

    [Fact]
    public void A_release_that_throws_or_hangs_ends_with_its_failure()
    {
        using var thrown = new PartBench();
        Exception? failure = null;
        thrown.Do(() => thrown.Effects.Close(
            Timeout, _ => throw new InvalidOperationException("no"), e => failure = e));
        Assert.Equal("no", failure?.Message);

        using var hung = new PartBench();
        failure = null;
        hung.Do(() => hung.Effects.Close(
            Timeout, cancellation => new ValueTask(Task.Delay(-1, cancellation)), e => failure = e));
        hung.Advance(Timeout);
        Assert.IsAssignableFrom<OperationCanceledException>(failure);
    }

    private static void Start(PartBench bench, TaskCompletionSource<int> call, List<string> ends) =>
        bench.Effects.Start(
        Timeout,
        cancellation => new ValueTask<int>(call.Task.WaitAsync(cancellation)),
        result => ends.Add($"done {result}"),
        exception => ends.Add($"failed {exception.Message}"));
}
