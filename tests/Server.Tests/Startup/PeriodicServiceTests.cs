using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Relay.Background;
using Relay.Doubles;

namespace Relay.Startup;

public sealed class PeriodicServiceTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private readonly ManualTime time = new();
    private readonly NodeLog log = new();
    private readonly Rounds service;

    public PeriodicServiceTests() => service = new Rounds(time, log.CreateLogger("service"));

    public void Dispose()
    {
        service.Dispose();
        log.Dispose();
    }

    [Fact]
    public async Task A_round_follows_the_one_before_after_the_pause_that_it_gave()
    {
        await service.StartAsync(CancellationToken.None);
        for (var i = 0; i < 3; i++)
        {
            (await service.NextAsync()).SetResult(Period);
            await time.PassAsync(Period);
        }

        await service.NextAsync();
        Assert.Empty(log.Lines);
    }

    [Fact]
    public async Task A_round_that_fails_is_repeated_more_and_more_slowly_and_the_log_says_so_once()
    {
        await service.StartAsync(CancellationToken.None);
        foreach (var wait in (TimeSpan[])[First, First * 2, First * 4, Longest, Longest])
        {
            (await service.NextAsync()).SetException(new InvalidCastException("a bug"));
            await time.PassAsync(wait);
        }

        (await service.NextAsync()).SetResult(Period);
        await time.PassAsync(Period);
        Assert.Equal([1, 2, 3, 4, 5], service.Counts);
        Assert.Equal([5], service.Recovered);
        Assert.Single(log.Lines, line => line.Contains("Rounds failed", StringComparison.Ordinal));

        // The next episode begins anew.
        (await service.NextAsync()).SetException(new IOException("away"));
        await time.PassAsync(First);
        await service.NextAsync();
        Assert.Equal(1, service.Counts[^1]);
        Assert.Equal(2, log.Lines.Count(line => line.Contains("Rounds failed", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_call_that_gives_itself_up_is_a_failure_like_others()
    {
        await service.StartAsync(CancellationToken.None);
        (await service.NextAsync()).SetException(new OperationCanceledException("its own deadline"));
        await time.PassAsync(First);
        await service.NextAsync();
        Assert.Equal([1], service.Counts);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stop_ends_a_round_and_a_pause_and_is_no_failure(bool isInPause)
    {
        await service.StartAsync(CancellationToken.None);
        var round = await service.NextAsync();
        if (isInPause)
        {
            round.SetException(new IOException("away"));
            await time.IsSetAsync(First);
        }

        await service.StopAsync(CancellationToken.None).WaitAsync(Patience);
        Assert.True(service.ExecuteTask!.IsCanceled);
        Assert.Equal(isInPause ? 1 : 0, service.Counts.Count);
        Assert.Empty(service.Recovered);
    }

    [Fact]
    public async Task A_service_that_has_no_more_to_do_waits_for_the_stop()
    {
        await service.StartAsync(CancellationToken.None);
        (await service.NextAsync()).SetResult(Timeout.InfiniteTimeSpan);
        await service.StopAsync(CancellationToken.None).WaitAsync(Patience);
        Assert.True(service.ExecuteTask!.IsCanceled);
    }

    /// <summary>A service whose rounds end as the test says.</summary>
    private sealed class Rounds(TimeProvider time, ILogger logger) : PeriodicService(First, Longest, time, logger)
    {
        private readonly Channel<TaskCompletionSource<TimeSpan>> rounds =
            Channel.CreateUnbounded<TaskCompletionSource<TimeSpan>>();

        public List<int> Counts { get; } = [];

        public List<int> Recovered { get; } = [];

        public Task<TaskCompletionSource<TimeSpan>> NextAsync() =>
            rounds.Reader.ReadAsync().AsTask().WaitAsync(Patience);

        protected override Task<TimeSpan> RunOnceAsync(CancellationToken stopping)
        {
            var round = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
            rounds.Writer.TryWrite(round);
            return round.Task.WaitAsync(stopping);
        }

        protected override void OnFailed(Exception exception, int failures)
        {
            base.OnFailed(exception, failures);
            Counts.Add(failures);
        }

        protected override void OnRecovered(int failures) => Recovered.Add(failures);
    }
}
