using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Relay.Telemetry;

/// <summary>Sends the metrics to an OpenTelemetry collector, if the standard variables name one (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c> and its like, <c>OTEL_SERVICE_NAME</c>, <c>OTEL_RESOURCE_ATTRIBUTES</c>). One that is away costs metrics and
/// nothing else.</summary>
internal sealed partial class OtlpExport(RelayMetrics metrics, ILogger<OtlpExport> logger) : IHostedService
{
    private static readonly string[] Variables = ["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];

    private MeterProvider? provider;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (Array.Find(Variables, name => Environment.GetEnvironmentVariable(name) is { Length: > 0 }) is { } variable)
        {
            LogExports(logger, variable);
            provider = Sdk.CreateMeterProviderBuilder()
                .ConfigureResource(resource => resource.AddService("relay", serviceInstanceId: Environment.MachineName).AddEnvironmentVariableDetector())
                .AddMeter(metrics.Meter.Name, "System.Runtime")
                .AddOtlpExporter()
                .Build();
        }

        return Task.CompletedTask;
    }

    /// <summary>Sends what has been measured since the last time.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        provider?.Dispose();
        return Task.CompletedTask;
    }

    [LoggerMessage(LogEvents.MetricsExported, LogLevel.Information, "Metrics are sent to the collector that {Variable} names")]
    private static partial void LogExports(ILogger logger, string variable);
}
