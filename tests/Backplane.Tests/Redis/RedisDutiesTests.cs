using Relay.Backplane.Support;

namespace Relay.Backplane;

public sealed class RedisDutiesTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider time = new();
    private readonly TestLogger logger = new();
    private readonly SemaphoreSlim done = new(0);
    private Exception? failure;

    [Fact]
    public async Task A_duty_is_done_after_each_interval_however_it_failed_before()
    {
        using var stopping = new CancellationTokenSource();
        var repeating = new RedisDuties(time, logger).RepeatAsync(Interval, DoAsync, stopping.Token);
        Assert.Equal(0, done.CurrentCount);

        failure = new BackplaneUnavailableException("away");
        await NextAsync();
        failure = new InvalidOperationException("a bug");
        await NextAsync();
        failure = null;
        await NextAsync();

        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => repeating.Soon());
        Assert.Contains("away", Assert.Single(logger.Of(BackplaneEventId.RedisDutyWaits)));
        Assert.Contains("a bug", Assert.Single(logger.Of(BackplaneEventId.RedisDutyFailed)));
    }

    [Fact]
    public async Task A_duty_that_is_stopped_while_it_runs_is_not_said_to_have_failed()
    {
        using var stopping = new CancellationTokenSource();
        var repeating = new RedisDuties(time, logger).RepeatAsync(Interval, async token =>
        {
            done.Release();
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
        }, stopping.Token);
        await NextAsync();

        await stopping.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => repeating.Soon());
        Assert.Empty(logger.All);
    }

    /// <summary>Lets the interval pass, and waits for the duty.</summary>
    private async Task NextAsync()
    {
        time.Advance(Interval);
        await done.WaitAsync().Soon();
    }

    private Task DoAsync(CancellationToken cancellation)
    {
        done.Release();
        return failure is null ? Task.CompletedTask : Task.FromException(failure);
    }
}
