using System.Globalization;
using System.Text;

namespace Relay.Telemetry;

/// <summary>
/// The numbers of one instrument and one set of tags: a sum, and for a histogram how many values fell under each bound.
/// </summary>
internal sealed class PrometheusSeries(double[]? bounds)
{
    private readonly long[] counts = new long[bounds?.Length ?? 0];
    private double sum;

    public void Add(double value)
    {
        sum += value;
        if (bounds is not null)
        {
            var bucket = 0;
            while (value > bounds[bucket])
            {
                bucket++;
            }

            counts[bucket]++;
        }
    }

    public void WriteTo(StringBuilder text, string name, string labels)
    {
        if (bounds is null)
        {
            Line(text, name, labels, PrometheusExporter.Text(sum));
            return;
        }

        var count = 0L;
        for (var bucket = 0; bucket < bounds.Length; bucket++)
        {
            count += counts[bucket];
            Line(text, name + "_bucket",
                $"{labels}{(labels.Length > 0 ? "," : "")}le=\"{PrometheusExporter.Text(bounds[bucket])}\"",
                Text(count));
        }

        Line(text, name + "_sum", labels, PrometheusExporter.Text(sum));
        Line(text, name + "_count", labels, Text(count));
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Line(StringBuilder text, string name, string labels, string value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(value).Append('\n');
    }
}
