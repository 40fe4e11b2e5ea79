using Relay.Backplane;
using Relay.DocLocator;
using Relay.Persistence;

namespace Relay.Startup;

/// <summary>
/// Reaches every service once before the node is ready. A service that is away is tried again and again, while the node
/// lives and is not ready; one that is there and refuses stops the node with a sentence, before it
/// listens if that is known soon, and otherwise as soon as it is known.
/// </summary>
internal sealed partial class StartChecks(IEnumerable<StartCheck> checks, NodeState state, StartCheckOptions options,
    IHostApplicationLifetime lifetime, TimeProvider time, ILogger<StartChecks> logger)
    : IHostedService, IDisposable
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
        for (var failures = 0; ; failures++)
        {
            try
            {
                // Not on the caller's thread: a client library may take its time before it first waits.
                await Task.Run(() => check.RunAsync(cancellation), cancellation);
                if (failures > 0)
                {
                    LogPassed(logger, check.Name);
                }

                state.Passed();
                return;
            }
            catch (Exception exception) when (exception is BackplaneUnavailableException or LocatorUnavailableException
                or SnapshotStoreUnavailableException)
            {
                if (failures == 0)
                {
                    LogWaits(logger, exception, check.Name);
                }
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // Nobody waits for the others any more.
                await stopping.CancelAsync();
                throw new StartRefusedException(exception.Message, exception);
            }

            var wait = options.FirstRetry * Math.Pow(2, Math.Min(failures, 20));
            await Task.Delay(wait < options.LongestRetry ? wait : options.LongestRetry, time, cancellation);
        }
    }

    [LoggerMessage(LogEvents.StartCheckWaits, LogLevel.Warning,
        "{Service} cannot be reached; the node is not ready until it can")]
    private static partial void LogWaits(ILogger logger, Exception exception, string service);

    [LoggerMessage(LogEvents.StartCheckPassed, LogLevel.Information, "{Service} is reached")]
    private static partial void LogPassed(ILogger logger, string service);

    [LoggerMessage(LogEvents.StartCheckRefused, LogLevel.Error, "The node stops: {Reason}")]
    private static partial void LogRefused(ILogger logger, string reason);
}
