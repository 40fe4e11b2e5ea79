using Relay.Logging;

namespace Relay.Background;

/// <summary>
/// A background service that does the same again and again. A round that fails is repeated after growing pauses,
/// whatever the failure: a loop that ends would end for as long as the node lives.
/// </summary>
internal abstract partial class PeriodicService : BackgroundService
{
    private readonly TimeSpan firstRetry;
    private readonly TimeSpan longestRetry;
    private readonly ILogger logger;

    /// <param name="firstRetry">The pause after a first failed round; it doubles.</param>
    /// <param name="longestRetry">The longest pause after a failed round.</param>
    /// <param name="time">Runs the pauses.</param>
    /// <param name="logger">The service's own.</param>
    protected PeriodicService(TimeSpan firstRetry, TimeSpan longestRetry, TimeProvider time, ILogger logger)
    {
        this.firstRetry = firstRetry;
        this.longestRetry = longestRetry;
        this.logger = logger;
        Time = time;
    }

    protected TimeProvider Time { get; }

    /// <summary>How many rounds in a row have failed.</summary>
    protected int Failures { get; private set; }

    /// <summary>Runs rounds until it is cancelled, on the caller's thread as far as they complete there.</summary>
    internal async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            TimeSpan wait;
            try
            {
                wait = await RunOnceAsync(stopping);
                Succeeded();
            }
            catch (Exception exception) when (
                !(exception is OperationCanceledException && stopping.IsCancellationRequested))
            {
                Failed(exception);
                wait = firstRetry * Math.Pow(2, Math.Min(Failures - 1, 20));
                wait = wait < longestRetry ? wait : longestRetry;
            }

            await Task.Delay(wait, Time, stopping);
        }
    }

    protected sealed override Task ExecuteAsync(CancellationToken stoppingToken) => RunAsync(stoppingToken);

    /// <summary>Does one round.</summary>
    /// <returns>The pause until the next one; infinite when there is no more to do.</returns>
    protected abstract Task<TimeSpan> RunOnceAsync(CancellationToken stopping);

    /// <summary>Is told each failure. The first of several in a row is worth a line of the log.</summary>
    protected virtual void OnFailed(Exception exception, int failures)
    {
        if (failures == 1)
        {
            LogFailed(logger, exception, GetType().Name);
        }
    }

    /// <summary>Is told the first success after failures.</summary>
    protected virtual void OnRecovered(int failures)
    {
    }

    /// <summary>Counts a failure, of a round or of what was tried outside of one.</summary>
    protected void Failed(Exception exception) => OnFailed(exception, ++Failures);

    private void Succeeded()
    {
        if (Failures > 0)
        {
            var failures = Failures;
            Failures = 0;
            OnRecovered(failures);
        }
    }

    [LoggerMessage(
        LogEvents.BackgroundServiceFailed,
        LogLevel.Error,
        "The background service {Service} failed; it is repeated until it succeeds")]
    private static partial void LogFailed(ILogger logger, Exception exception, string service);
}
