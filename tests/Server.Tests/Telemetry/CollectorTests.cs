using Microsoft.Extensions.Configuration;

namespace Relay.Telemetry;

public sealed class CollectorTests
{
    private const string ForAll = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string ForMetrics = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";
    private const string ForTraces = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";

    [Theory]
    [InlineData(new string[0], null, null)]
    [InlineData(new[] { ForAll }, ForAll, ForAll)]
    [InlineData(new[] { ForMetrics }, ForMetrics, null)]
    [InlineData(new[] { ForTraces }, null, ForTraces)]
    [InlineData(new[] { ForAll, ForTraces }, ForAll, ForTraces)]
    public void The_special_variable_goes_before_the_one_for_all(string[] set, string? metrics, string? traces) =>
        Assert.Equal(new Collector(metrics, traces), Collector.Of(Settings(set, "http://collector:4317")));

    [Fact]
    public void An_empty_variable_names_no_collector() =>
        Assert.Equal(new Collector(null, null), Collector.Of(Settings([ForAll, ForMetrics], "")));

    private static IConfiguration Settings(string[] names, string value) => new ConfigurationBuilder()
        .AddInMemoryCollection(names.Select(name => KeyValuePair.Create<string, string?>(name, value)))
        .Build();
}
