namespace Relay.Telemetry;

/// <summary>Which standard variables name an OpenTelemetry collector, in the environment or the settings.</summary>
/// <param name="ForMetrics">The variable that says where metrics are sent; null where they are not.</param>
/// <param name="ForTraces">The variable that says where traces are sent; null where they are not.</param>
internal sealed record Collector(string? ForMetrics, string? ForTraces)
{
    private const string ForAll = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public static Collector Of(IConfiguration configuration)
    {
        return new Collector(Find("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"), Find("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"));

        // The special one goes before the one for all.
        string? Find(string special) => Array.Find([special, ForAll], name => configuration[name] is { Length: > 0 });
    }
}
