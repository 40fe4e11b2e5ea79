using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Relay.Backplane;
using Relay.Doubles;
using Relay.Health;
using Relay.Persistence;

namespace Relay.Startup;

public sealed class StartChecksTests : IHostApplicationLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly StartCheckOptions Options = new();

    private readonly ManualTime time = new();
    private readonly NodeState state = new() { WantsClients = true };
    private readonly TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    CancellationToken IHostApplicationLifetime.ApplicationStarted => default;

    CancellationToken IHostApplicationLifetime.ApplicationStopping => default;

    CancellationToken IHostApplicationLifetime.ApplicationStopped => default;

    void IHostApplicationLifetime.StopApplication() => stopped.TrySetResult();

    [Fact]
    public async Task A_node_without_services_is_ready_at_once()
    {
        using var checks = Checks();
        await checks.StartAsync(CancellationToken.None).WaitAsync(Patience);
        Assert.True(state.IsReady);
    }

    [Fact]
    public async Task The_start_waits_until_every_service_was_reached()
    {
        var redis = new Tries();
        var s3 = new Tries();
        using var checks = Checks(redis, s3);
        var start = checks.StartAsync(CancellationToken.None);
        (await redis.NextAsync()).SetResult();
        Assert.False(state.IsReady);
        (await s3.NextAsync()).SetResult();
        await start.WaitAsync(Patience);
        Assert.True(state.IsReady);
    }

    [Fact]
    public async Task A_service_that_is_away_is_tried_again_and_again_and_the_node_lives_unready_meanwhile()
    {
        var redis = new Tries();
        using var checks = Checks(redis);
        var start = checks.StartAsync(CancellationToken.None);
        await time.IsSetAsync(Options.Patience);
        (await redis.NextAsync()).SetException(new BackplaneUnavailableException("It is away."));
        time.Advance(Options.Patience);
        await start.WaitAsync(Patience);
        foreach (var wait in (TimeSpan[])[Options.FirstRetry, Options.FirstRetry * 2, Options.FirstRetry * 4,
            Options.FirstRetry * 8, Options.LongestRetry])
        {
            Assert.False(state.IsReady);
            await time.PassAsync(wait);
            (await redis.NextAsync()).SetException(new BackplaneUnavailableException("It is away."));
        }

        await time.PassAsync(Options.LongestRetry);
        (await redis.NextAsync()).SetResult();
        await state.WhenReadyAsync(Patience);
        Assert.Null(state.Failure);
        await checks.StopAsync(CancellationToken.None).WaitAsync(Patience);
    }

    [Fact]
    public async Task A_service_that_refuses_stops_the_start_with_its_sentence_though_another_one_is_away()
    {
        var redis = new Tries();
        var s3 = new Tries();
        using var checks = Checks(redis, s3);
        var start = checks.StartAsync(CancellationToken.None);
        await redis.NextAsync();
        (await s3.NextAsync()).SetException(new SnapshotStoreMisconfiguredException("The bucket does not exist."));
        var refused = await Assert.ThrowsAsync<StartRefusedException>(() => start.WaitAsync(Patience));
        Assert.Equal("The bucket does not exist.", refused.Message);
    }

    [Fact]
    public async Task A_service_that_comes_late_and_refuses_stops_the_node()
    {
        var s3 = new Tries();
        using var checks = Checks(s3);
        var start = checks.StartAsync(CancellationToken.None);
        await time.PassAsync(Options.Patience);
        await start.WaitAsync(Patience);
        (await s3.NextAsync()).SetException(new SnapshotStoreMisconfiguredException("The bucket does not exist."));
        await stopped.Task.WaitAsync(Patience);
        Assert.Equal("The bucket does not exist.", state.Failure);
        Assert.False(state.IsReady);
    }

    [Fact]
    public async Task A_node_that_stops_waits_for_no_service()
    {
        var redis = new Tries();
        using var checks = Checks(redis);
        var start = checks.StartAsync(CancellationToken.None);
        await time.PassAsync(Options.Patience);
        await start.WaitAsync(Patience);
        await checks.StopAsync(CancellationToken.None).WaitAsync(Patience);
        Assert.Null(state.Failure);
    }

    private StartChecks Checks(params Tries[] tries) =>
        new(tries.Select(t => new StartCheck("Some service", t.RunAsync)), state, Options, this, time,
            NullLogger<StartChecks>.Instance);

    /// <summary>A check whose tries end as the test says.</summary>
    private sealed class Tries
    {
        private readonly Channel<TaskCompletionSource> tries = Channel.CreateUnbounded<TaskCompletionSource>();

        public Task<TaskCompletionSource> NextAsync() => tries.Reader.ReadAsync().AsTask().WaitAsync(Patience);

        public Task RunAsync(CancellationToken cancellation)
        {
            var next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            tries.Writer.TryWrite(next);
            return next.Task.WaitAsync(cancellation);
        }
    }
}
