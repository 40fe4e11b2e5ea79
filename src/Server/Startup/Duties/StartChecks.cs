using Polly;
using Polly.Retry;
using Relay.Backplane;
using Relay.DocLocator;
using Relay.Health;
using Relay.Logging;
using Relay.Persistence;

namespace Relay.Startup;

/// <summary>
/// Reaches every service once before the node is ready. A service that is away is tried again and again, while the node
/// lives and is not ready; one that is there and refuses stops the node with a sentence, before it listens if that is
/// known soon, and otherwise as soon as it is known.
/// </summary>
internal sealed partial class StartChecks(
    IEnumerable<StartCheck> checks,
    NodeState state,
    StartCheckOptions options,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<StartChecks> logger) : IHostedService, IDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private Task running = Task.CompletedTask;

    /// <exception cref="StartRefusedException">A service refuses this node.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        StartCheck[] all = [.. checks];
        state.Await(all.Length);
        running = Task.WhenAll(all.Select(check => PassAsync(check, stopping.Token)));
        try
        {
            await running.WaitAsync(options.Patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            running = StopNodeIfRefusedAsync(running);
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        await running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => stopping.Dispose();

    private async Task StopNodeIfRefusedAsync(Task all)
    {
        try
        {
            await all;
        }
        catch (StartRefusedException refused)
        {
            LogRefused(logger, refused.Message);
            state.Failure = refused.Message;
            lifetime.StopApplication();
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task PassAsync(StartCheck check, CancellationToken cancellation)
    {
        var failures = 0;
        var retries = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder()
                    .Handle<BackplaneUnavailableException>()
                    .Handle<LocatorUnavailableException>()
                    .Handle<SnapshotStoreUnavailableException>(),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                Delay = options.FirstRetry,
                MaxDelay = options.LongestRetry,
                OnRetry = failed =>
                {
                    if (failures++ == 0)
                    {
                        LogWaits(logger, failed.Outcome.Exception!, check.Name);
                    }

                    return ValueTask.CompletedTask;
                },
            })
            .Build();
        try
        {
            // Not on the caller's thread: a client library may take its time before it first waits.
            await retries.ExecuteAsync(
                async token => await Task.Run(() => check.RunAsync(token), token), cancellation);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // The start no longer waits for the others.
            await stopping.CancelAsync();
            throw new StartRefusedException(exception.Message, exception);
        }

        if (failures > 0)
        {
            LogPassed(logger, check.Name);
        }

        state.Passed();
    }

    [LoggerMessage(LogEvents.StartCheckWaits, LogLevel.Warning,
        "{Service} cannot be reached; the node is not ready until it can")]
    private static partial void LogWaits(ILogger logger, Exception exception, string service);

    [LoggerMessage(LogEvents.StartCheckPassed, LogLevel.Information, "{Service} is reached")]
    private static partial void LogPassed(ILogger logger, string service);

    [LoggerMessage(LogEvents.StartCheckRefused, LogLevel.Error, "The node stops: {Reason}")]
    private static partial void LogRefused(ILogger logger, string reason);
}
