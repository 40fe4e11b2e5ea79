using BenchmarkDotNet.Attributes;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using Prometheus;
using Relay.Telemetry;

namespace Relay.Bench.Framing;

/// <summary>
/// What an update of one writer, shown to the writer and one reader, costs at the node's instruments: with each way to
/// Prometheus, and with a collector besides.
/// </summary>
[MemoryDiagnoser]
public class MetricsBenchmarks : IDisposable
{
    private static readonly TimeSpan Took = TimeSpan.FromMilliseconds(1.3);

    private readonly RelayMetrics metrics = new(new NodeGauges(() => 2, () => 1, () => 1, () => true));
    private IDisposable? listener;

    public enum Way
    {
        None,
        OpenTelemetry,
        OpenTelemetryAndCollector,
        PrometheusNet,
    }

    [Params(Way.None, Way.OpenTelemetry, Way.OpenTelemetryAndCollector, Way.PrometheusNet)]
    public Way To { get; set; }

    [GlobalSetup]
    public void Listen() => listener = To switch
    {
        Way.OpenTelemetry => Provider().Build(),
        Way.OpenTelemetryAndCollector => Provider().AddOtlpExporter().Build(),
        Way.PrometheusNet => Adapter(),
        _ => null,
    };

    [GlobalCleanup]
    public void Dispose()
    {
        listener?.Dispose();
        metrics.Dispose();
    }

    [Benchmark]
    public void Update()
    {
        metrics.Sockets.Read(60);
        metrics.Sessions.Received(1);
        metrics.Sessions.Appended(Took);
        metrics.Sessions.Delivered(2);
        metrics.Sockets.Wrote(60);
        metrics.Sockets.Wrote(60);
    }

    private static MeterProviderBuilder Provider() =>
        Sdk.CreateMeterProviderBuilder().AddMeter(RelayMetrics.MeterName).AddPrometheusExporter();

    private static IDisposable Adapter()
    {
        var registry = Metrics.NewCustomRegistry();
        return MeterAdapter.StartListening(new MeterAdapterOptions
        {
            Registry = registry,
            MetricFactory = Metrics.WithCustomRegistry(registry),
        });
    }
}
