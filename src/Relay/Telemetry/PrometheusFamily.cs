using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Relay.Telemetry;

/// <summary>One instrument: a series of numbers for each set of tags. Thread-safe.</summary>
internal sealed class PrometheusFamily
{
    /// <summary>What the runtime says to be counters although they go down, too.</summary>
    private static readonly string[] FalseCounters = ["dotnet.thread_pool.thread.count",
        "dotnet.thread_pool.queue.length"];

    private readonly Lock gate = new();
    private readonly Dictionary<string, PrometheusSeries> series = new(StringComparer.Ordinal);
    private readonly string description;
    private readonly string type;
    private readonly bool isObserved;
    private readonly double[]? bounds;

    private PrometheusFamily(string name, string description, string type, bool isObserved, double[]? bounds) =>
        (Name, this.description, this.type, this.isObserved, this.bounds) = (name, description, type,
            isObserved, bounds);

    public string Name { get; }

    public static PrometheusFamily Of(Instrument instrument)
    {
        var kind = instrument.GetType().Name;
        var isCounter = (kind.StartsWith("Counter", StringComparison.Ordinal)
            || kind.StartsWith("ObservableCounter", StringComparison.Ordinal))
            && !FalseCounters.Contains(instrument.Name);
        var isHistogram = kind.StartsWith("Histogram", StringComparison.Ordinal);
        return new PrometheusFamily(
            NameOf(instrument, isCounter),
            instrument.Description ?? "",
            isCounter ? "counter" : isHistogram ? "histogram" : "gauge",
            instrument.IsObservable,
            isHistogram
                ? [.. (instrument as Instrument<double>)?.Advice?.HistogramBucketBoundaries ?? [],
                    double.PositiveInfinity]
                : null);
    }

    public void Add(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = LabelsOf(tags);
        lock (gate)
        {
            if (!series.TryGetValue(labels, out var one))
            {
                series.Add(labels, one = new PrometheusSeries(bounds));
            }

            one.Add(value);
        }
    }

    /// <summary>What is observed is asked for anew each time, and may have no series any more.</summary>
    public void ForgetObserved()
    {
        if (isObserved)
        {
            lock (gate)
            {
                series.Clear();
            }
        }
    }

    public void WriteTo(StringBuilder text)
    {
        lock (gate)
        {
            if (series.Count == 0)
            {
                return;
            }

            text.Append("# HELP ").Append(Name).Append(' ').Append(Escape(description, quotes: false)).Append('\n');
            text.Append("# TYPE ").Append(Name).Append(' ').Append(type).Append('\n');
            foreach (var (labels, one) in series.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                one.WriteTo(text, Name, labels);
            }
        }
    }

    private static string NameOf(Instrument instrument, bool isCounter)
    {
        // Prometheus keeps this ending for histograms.
        const string count = ".count";
        var plain = !isCounter && instrument.Name.EndsWith(count, StringComparison.Ordinal)
            ? instrument.Name[..^count.Length]
            : instrument.Name;
        var name = new StringBuilder();
        foreach (var character in plain)
        {
            name.Append(char.IsAsciiLetterOrDigit(character) ? character : '_');
        }

        var unit = instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
        return name.Append(unit).Append(isCounter ? "_total" : "").ToString();
    }

    private static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return "";
        }

        var labels = new List<string>(tags.Length);
        foreach (var (name, value) in tags)
        {
            labels.Add(
                $"{name.Replace('.', '_')}=\"{Escape(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "", quotes: true)}\"");
        }

        labels.Sort(StringComparer.Ordinal);
        return string.Join(',', labels);
    }

    private static string Escape(string text, bool quotes)
    {
        var escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }
}
