using System.Diagnostics.Metrics;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Relay.Sessions;

namespace Relay.Telemetry;

/// <summary>
/// The node's instruments for Prometheus, and with traces for the collector that the standard variables name
/// (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c> and its like, <c>OTEL_SERVICE_NAME</c>, <c>OTEL_RESOURCE_ATTRIBUTES</c>,
/// <c>OTEL_TRACES_SAMPLER</c>). The caller adds <see cref="RelayMetrics"/>, too.
/// </summary>
internal static class TelemetryServices
{
    public static void AddExporters(this IServiceCollection services, IConfiguration configuration)
    {
        var collector = Collector.Of(configuration);
        var telemetry = services.AddOpenTelemetry().ConfigureResource(Describe).WithMetrics(metrics =>
        {
            metrics.AddMeter(InstrumentChoice.Meters).AddPrometheusExporter(prometheus =>
            {
                // One meter has all instruments of a name, so a label that names it says no more.
                prometheus.ScopeInfoEnabled = false;
                prometheus.TargetInfoEnabled = false;
                prometheus.ScrapeResponseCacheDurationMilliseconds = 0;
            });
            if (collector.ForMetrics is not null)
            {
                metrics.AddOtlpExporter();
            }
        });
        services.ConfigureOpenTelemetryMeterProvider((provider, metrics) => metrics.AddView(
            new InstrumentChoice(
                provider.GetRequiredService<RelayMetrics>(), provider.GetRequiredService<IMeterFactory>()).View));
        if (collector.ForTraces is not null)
        {
            telemetry.WithTracing(traces => traces.AddSource(DocumentTraces.SourceName).AddOtlpExporter());
        }

        if (collector is not { ForMetrics: null, ForTraces: null })
        {
            services.AddSingleton(collector);
            services.AddHostedService<CollectorExport>();
        }
    }

    private static void Describe(ResourceBuilder resource) =>
        resource.AddService("relay", serviceInstanceId: Environment.MachineName).AddEnvironmentVariableDetector();
}
