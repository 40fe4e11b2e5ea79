using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Relay.Logging;

namespace Relay.Telemetry;

/// <summary>
/// Says at the start what a collector is sent, and sends the rest at the stop, while what is measured is still there.
/// A collector that is away loses what it would have got; the node goes on.
/// </summary>
internal sealed partial class CollectorExport(
    Collector collector, MeterProvider meters, ILogger<CollectorExport> logger, TracerProvider? tracers = null)
    : IHostedService
{
    /// <summary>In milliseconds. A stop waits so long for a collector that does not answer.</summary>
    private const int Patience = 5000;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (collector.ForMetrics is { } metricsTo)
        {
            LogExports(logger, "Metrics", metricsTo);
        }

        if (collector.ForTraces is { } tracesTo)
        {
            LogExports(logger, "Traces", tracesTo);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        meters.Shutdown(Patience);
        tracers?.Shutdown(Patience);
        return Task.CompletedTask;
    }

    [LoggerMessage(
        LogEvents.TelemetryExported, LogLevel.Information, "{What} are sent to the collector that {Variable} names")]
    private static partial void LogExports(ILogger logger, string what, string variable);
}
