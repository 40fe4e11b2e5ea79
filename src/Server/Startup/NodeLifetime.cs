using System.Runtime.InteropServices;
using Relay.Connections;
using Relay.Health;
using Relay.Logging;
using Relay.Sessions;

namespace Relay.Startup;

/// <summary>
/// The node's stop: not ready any more, no new clients, the present ones sent away a few at a time, every document
/// saved and left. The listener stays open meanwhile, so that who comes is told to come back elsewhere. A second signal
/// hurries. The same may be asked for ahead of the stop.
/// </summary>
internal sealed partial class NodeLifetime(
    NodeState state,
    ConnectionRegistry connections,
    SessionRegistry sessions,
    ShutdownOptions options,
    TimeProvider time,
    ILogger<NodeLifetime> logger) : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource hurry = new();
    private readonly List<PosixSignalRegistration> signals = [];
    private readonly Lock gate = new();
    private Task? drained;
    private int signalsSeen;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal));
        signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal));
        return Task.CompletedTask;
    }

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        state.WantsClients = true;
        return Task.CompletedTask;
    }

    /// <summary>
    /// Begins what a stop begins with, and leaves the process running. There is no way back but a restart; doing it
    /// again has no effect.
    /// </summary>
    public void Drain() => _ = DrainAsync();

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await using var hurried = cancellationToken.Register(hurry.Cancel);
        await DrainAsync();
        try
        {
            await sessions.LeaveAllAsync().WaitAsync(options.SaveTime, time, cancellationToken);
            LogDrained(logger);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            LogCutShort(logger, sessions.Count);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// The listener is closed. Clients have a moment to answer their close frames: a connection that is cut before may
    /// lose them.
    /// </summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await connections.WhenGoneAsync().WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The time for the stop is over.
        }
    }

    public void Dispose()
    {
        foreach (var signal in signals)
        {
            signal.Dispose();
        }

        hurry.Dispose();
    }

    private Task DrainAsync()
    {
        lock (gate)
        {
            return drained ??= SendAwayAsync();
        }
    }

    private async Task SendAwayAsync()
    {
        state.WantsClients = false;
        LogDraining(logger, connections.Count, sessions.Count);
        await connections.DrainAsync(options.DrainTime, hurry.Token);
        LogSaving(logger, sessions.Count);
        _ = sessions.LeaveAllAsync();
    }

    private void OnSignal(PosixSignalContext context)
    {
        // The host takes the first signal for its stop; a second one must not end the process before its documents are
        // saved.
        context.Cancel = true;
        if (Interlocked.Increment(ref signalsSeen) == 2)
        {
            LogHurried(logger);
            hurry.Cancel();
        }
    }

    [LoggerMessage(LogEvents.DrainStarted, LogLevel.Information,
        "Stopping: {Connections} clients are asked to connect elsewhere, {Documents} documents are in memory")]
    private static partial void LogDraining(ILogger logger, int connections, int documents);

    [LoggerMessage(LogEvents.DrainDocuments, LogLevel.Information,
        "Stopping: {Documents} documents are saved and left")]
    private static partial void LogSaving(ILogger logger, int documents);

    [LoggerMessage(LogEvents.DrainDone, LogLevel.Information, "Stopped: every document is saved and left")]
    private static partial void LogDrained(ILogger logger);

    [LoggerMessage(LogEvents.DrainHurried, LogLevel.Information, "Stopping at once: a second signal came")]
    private static partial void LogHurried(ILogger logger);

    [LoggerMessage(LogEvents.DrainCutShort, LogLevel.Warning,
        "Stopped with {Documents} documents not saved; the log has their changes, and the next start saves them")]
    private static partial void LogCutShort(ILogger logger, int documents);
}
