using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Relay.DocLocator;
using Relay.Doubles;

namespace Relay.Startup;

public sealed class LocatorHeartbeatTests : INodeHeartbeat, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly HeartbeatOptions Options = new();

    private readonly ManualTime time = new();
    private readonly Channel<TaskCompletionSource> beats = Channel.CreateUnbounded<TaskCompletionSource>();
    private readonly LocatorHeartbeat heartbeat;

    public LocatorHeartbeatTests() =>
        heartbeat = new LocatorHeartbeat(this, Options, time, NullLogger<LocatorHeartbeat>.Instance);

    async ValueTask INodeHeartbeat.BeatAsync(CancellationToken cancellation)
    {
        var beat = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        beats.Writer.TryWrite(beat);
        await beat.Task.WaitAsync(cancellation);
    }

    public void Dispose() => heartbeat.Dispose();

    [Fact]
    public async Task The_start_waits_for_the_first_beat_and_the_next_ones_follow_within_a_third_of_the_expiry()
    {
        var start = heartbeat.StartAsync(CancellationToken.None);
        var first = await NextBeatAsync();
        Assert.False(start.IsCompleted);
        first.SetResult();
        await start.WaitAsync(Patience);
        for (var i = 0; i < 3; i++)
        {
            await time.PassAsync(Options.Interval);
            (await NextBeatAsync()).SetResult();
        }

        Assert.InRange(Options.Interval, TimeSpan.Zero,
            new DocLocator.DynamoDb.DynamoDbLocatorOptions { Table = "t" }.Expiry / 3);
        await heartbeat.StopAsync(CancellationToken.None).WaitAsync(Patience);
    }

    [Fact]
    public async Task A_beat_that_fails_is_repeated_soon_and_then_more_slowly()
    {
        var start = heartbeat.StartAsync(CancellationToken.None);
        foreach (var wait in (TimeSpan[])[Options.FirstRetry, Options.FirstRetry * 2, Options.FirstRetry * 4,
            Options.FirstRetry * 8, Options.Interval, Options.Interval])
        {
            (await NextBeatAsync()).SetException(new LocatorUnavailableException("It is away.", new IOException()));
            await time.PassAsync(wait);
        }

        (await NextBeatAsync()).SetResult();
        await start.WaitAsync(Patience);
        await time.IsSetAsync(Options.Interval);
        await heartbeat.StopAsync(CancellationToken.None).WaitAsync(Patience);
    }

    [Fact]
    public async Task A_beat_that_fails_in_a_way_that_was_not_foreseen_is_not_the_last()
    {
        var start = heartbeat.StartAsync(CancellationToken.None);
        (await NextBeatAsync()).SetException(new InvalidCastException("a bug"));
        await time.PassAsync(Options.FirstRetry);
        (await NextBeatAsync()).SetResult();
        await start.WaitAsync(Patience);
        await heartbeat.StopAsync(CancellationToken.None).WaitAsync(Patience);
    }

    [Fact]
    public async Task A_locator_that_is_silent_does_not_keep_the_node_from_starting()
    {
        var start = heartbeat.StartAsync(CancellationToken.None);
        await NextBeatAsync();
        await time.PassAsync(Options.StartPatience);
        await start.WaitAsync(Patience);
        await heartbeat.StopAsync(CancellationToken.None).WaitAsync(Patience);
    }

    private Task<TaskCompletionSource> NextBeatAsync() => beats.Reader.ReadAsync().AsTask().WaitAsync(Patience);
}
