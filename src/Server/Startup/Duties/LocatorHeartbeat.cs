using Relay.Background;
using Relay.DocLocator;
using Relay.Logging;

namespace Relay.Startup;

/// <summary>
/// Says several times within the locator's expiry that this node lives. The first beat comes before the node listens,
/// and so before it adds itself to any document; the last one after all documents have been left, because until then
/// others ask this node.
/// </summary>
internal sealed partial class LocatorHeartbeat(
    INodeHeartbeat heartbeat, HeartbeatOptions options, TimeProvider time, ILogger<LocatorHeartbeat> logger)
    : PeriodicService(options.FirstRetry, options.Interval, time, logger)
{
    private readonly TaskCompletionSource first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await base.StartAsync(cancellationToken);
        try
        {
            await first.Task.WaitAsync(options.StartPatience, Time, cancellationToken);
        }
        catch (TimeoutException)
        {
        }
    }

    protected override async Task<TimeSpan> RunOnceAsync(CancellationToken stopping)
    {
        await heartbeat.BeatAsync(stopping);
        first.TrySetResult();
        return options.Interval;
    }

    protected override void OnFailed(Exception exception, int failures)
    {
        if (failures == 1)
        {
            LogFailed(logger, exception);
        }
    }

    protected override void OnRecovered(int failures) => LogWorksAgain(logger, failures);

    [LoggerMessage(LogEvents.HeartbeatFailed, LogLevel.Warning,
        "The locator cannot be told that this node lives; until it can, other nodes do not ask this one, and read "
            + "snapshots and log instead")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    [LoggerMessage(LogEvents.HeartbeatWorksAgain, LogLevel.Information,
        "The locator knows again that this node lives, after {Failures} failed beats")]
    private static partial void LogWorksAgain(ILogger logger, int failures);
}
