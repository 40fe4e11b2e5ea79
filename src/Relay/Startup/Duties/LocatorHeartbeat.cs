using Relay.DocLocator;

namespace Relay.Startup;

/// <summary>
/// Says several times within the locator's expiry that this node lives. The first beat comes before the node listens,
/// and so before it adds itself to any document; the last one after all documents have been left,
/// because until then others ask this node.
/// </summary>
internal sealed partial class LocatorHeartbeat(INodeHeartbeat heartbeat, HeartbeatOptions options, TimeProvider time,
    ILogger<LocatorHeartbeat> logger) : IHostedService, IDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task running = Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        running = RunAsync(stopping.Token);
        try
        {
            await first.Task.WaitAsync(options.StartPatience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        await running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => stopping.Dispose();

    private async Task RunAsync(CancellationToken cancellation)
    {
        var failures = 0;
        try
        {
            while (true)
            {
                failures = await BeatAsync(failures, cancellation);
                var wait = failures == 0
                    ? options.Interval
                    : options.FirstRetry * Math.Pow(2, Math.Min(failures - 1, 20));
                await Task.Delay(wait < options.Interval ? wait : options.Interval, time, cancellation);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <summary>Gives how many beats in a row have failed.</summary>
    private async Task<int> BeatAsync(int failures, CancellationToken cancellation)
    {
        try
        {
            await heartbeat.BeatAsync(cancellation);
        }
        catch (LocatorUnavailableException exception)
        {
            if (failures == 0)
            {
                LogFailed(logger, exception);
            }

            return failures + 1;
        }

        if (failures > 0)
        {
            LogWorksAgain(logger, failures);
        }

        first.TrySetResult();
        return 0;
    }

    [LoggerMessage(LogEvents.HeartbeatFailed, LogLevel.Warning,
        "The locator cannot be told that this node lives; until it can, other nodes do not ask this one, and read "
            + "snapshots and log instead")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    [LoggerMessage(LogEvents.HeartbeatWorksAgain, LogLevel.Information,
        "The locator knows again that this node lives, after {Failures} failed beats")]
    private static partial void LogWorksAgain(ILogger logger, int failures);
}
