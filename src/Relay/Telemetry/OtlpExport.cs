using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Relay.Telemetry;

/// <summary>Sends metrics and traces to an OpenTelemetry collector, if the standard variables name one
/// (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c> and its like, <c>OTEL_SERVICE_NAME</c>, <c>OTEL_RESOURCE_ATTRIBUTES</c>,
/// <c>OTEL_TRACES_SAMPLER</c>). One that is away costs what it would have got, and nothing else.</summary>
internal sealed partial class OtlpExport(RelayMetrics metrics, ILogger<OtlpExport> logger) : IHostedService
{
    private const string ForAll = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private MeterProvider? meters;
    private TracerProvider? tracers;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (Variable("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT") is { } metricsTo)
        {
            LogExports(logger, "Metrics", metricsTo);
            meters = Sdk.CreateMeterProviderBuilder().ConfigureResource(Describe)
                .AddMeter(metrics.Meter.Name, "System.Runtime").AddOtlpExporter().Build();
        }

        if (Variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") is { } tracesTo)
        {
            LogExports(logger, "Traces", tracesTo);
            tracers = Sdk.CreateTracerProviderBuilder().ConfigureResource(Describe).AddSource(RelayTraces.SourceName)
                .AddOtlpExporter().Build();
        }

        return Task.CompletedTask;
    }

    /// <summary>Sends what there is since the last time.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        meters?.Dispose();
        tracers?.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>The variable that is set, the special one before the one for all.</summary>
    private static string? Variable(string special) =>
        Array.Find([special, ForAll], name => Environment.GetEnvironmentVariable(name) is { Length: > 0 });

    private static void Describe(ResourceBuilder resource) =>
        resource.AddService("relay", serviceInstanceId: Environment.MachineName).AddEnvironmentVariableDetector();

    [LoggerMessage(LogEvents.TelemetryExported, LogLevel.Information,
        "{What} are sent to the collector that {Variable} names")]
    private static partial void LogExports(ILogger logger, string what, string variable);
}
