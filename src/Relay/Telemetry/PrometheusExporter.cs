using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Relay.Telemetry;

/// <summary>
/// The node's metrics and the runtime's as Prometheus reads them: text format 0.0.4
/// (prometheus.io/docs/instrumenting/exposition_formats), names as OpenTelemetry's specification turns its own into
/// Prometheus's. Adds up from its making on, whether somebody asks or not. Thread-safe.
/// </summary>
internal sealed class PrometheusExporter : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private const string Runtime = "System.Runtime";

    private readonly ConcurrentDictionary<Instrument, PrometheusFamily> families = new();
    private readonly MeterListener listener = new();
    private readonly Lock gate = new();

    public PrometheusExporter(RelayMetrics metrics)
    {
        listener.InstrumentPublished = (instrument, itself) =>
        {
            if (instrument.Meter == metrics.Meter || instrument.Meter.Name == Runtime)
            {
                itself.EnableMeasurementEvents(instrument, families.GetOrAdd(instrument, PrometheusFamily.Of));
            }
        };
        listener.SetMeasurementEventCallback<int>(
            static (_, value, tags, family) => ((PrometheusFamily)family!).Add(value, tags));
        listener.SetMeasurementEventCallback<long>(
            static (_, value, tags, family) => ((PrometheusFamily)family!).Add(value, tags));
        listener.SetMeasurementEventCallback<double>(
            static (_, value, tags, family) => ((PrometheusFamily)family!).Add(value, tags));
        listener.Start();
    }

    /// <summary>All metrics of this moment.</summary>
    public string Write()
    {
        var text = new StringBuilder();
        lock (gate)
        {
            foreach (var family in families.Values)
            {
                family.ForgetObserved();
            }

            listener.RecordObservableInstruments();
            foreach (var family in families.Values.OrderBy(family => family.Name, StringComparer.Ordinal))
            {
                family.WriteTo(text);
            }
        }

        return text.ToString();
    }

    public void Dispose() => listener.Dispose();

    /// <summary>A number as the format wants it.</summary>
    public static string Text(double value) =>
        double.IsPositiveInfinity(value)
        ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);
}
