using System.Globalization;
using System.Text.RegularExpressions;

namespace Relay.Telemetry;

public sealed partial class PrometheusExporterTests : IDisposable
{
    private readonly RelayMetrics metrics = new(new NodeGauges(() => 2, () => 3, () => 1, () => true));
    private readonly PrometheusExporter exporter;

    public PrometheusExporterTests() => exporter = new PrometheusExporter(metrics);

    public void Dispose()
    {
        exporter.Dispose();
        metrics.Dispose();
    }

    [Theory]
    [InlineData("relay_connections_open 2")]
    [InlineData("relay_documents_open 3")]
    [InlineData("relay_documents_unsaved 1")]
    [InlineData("relay_ready 1")]
    [InlineData("relay_updates_received_total 7")]
    [InlineData("relay_network_sent_bytes_total 100")]
    [InlineData("relay_connections_closed_total{relay_close_code=\"1012\"} 1")]
    [InlineData("relay_requests_refused_total{http_response_status_code=\"401\"} 2")]
    [InlineData("relay_documents_reconciled_total 0")]
    public void Names_units_and_tags_are_those_of_Prometheus(string line)
    {
        metrics.Received(7);
        metrics.Wrote(100);
        metrics.Closed(1012);
        metrics.Refused(401);
        metrics.Refused(401);

        Assert.Contains(line, exporter.Write().Split('\n'));
    }

    [Fact]
    public void What_the_runtime_counts_wrongly_is_right_here()
    {
        var lines = exporter.Write().Split('\n');
        Assert.Contains("# TYPE dotnet_thread_pool_thread gauge", lines);
        Assert.Contains("# TYPE dotnet_thread_pool_queue_length gauge", lines);
        Assert.Contains("# TYPE dotnet_thread_pool_work_item_count_total counter", lines);
        Assert.DoesNotContain(lines,
            line => line.StartsWith("# TYPE", StringComparison.Ordinal)
            && line.EndsWith("_count gauge", StringComparison.Ordinal));
    }

    [Fact]
    public void A_histogram_counts_all_values_up_to_each_bound()
    {
        metrics.Saved(TimeSpan.FromMilliseconds(1), succeeded: true);
        metrics.Saved(TimeSpan.FromMilliseconds(3), succeeded: true);
        metrics.Saved(TimeSpan.FromMinutes(2), succeeded: true);
        metrics.Saved(TimeSpan.FromSeconds(1), succeeded: false);

        var lines = exporter.Write().Split('\n');

        Assert.Contains("# TYPE relay_save_duration_seconds histogram", lines);
        Assert.Contains("relay_save_duration_seconds_bucket{relay_outcome=\"success\",le=\"0.0005\"} 0", lines);
        Assert.Contains("relay_save_duration_seconds_bucket{relay_outcome=\"success\",le=\"0.001\"} 1", lines);
        Assert.Contains("relay_save_duration_seconds_bucket{relay_outcome=\"success\",le=\"30\"} 2", lines);
        Assert.Contains("relay_save_duration_seconds_bucket{relay_outcome=\"success\",le=\"+Inf\"} 3", lines);
        Assert.Contains("relay_save_duration_seconds_sum{relay_outcome=\"success\"} 120.004", lines);
        Assert.Contains("relay_save_duration_seconds_count{relay_outcome=\"failure\"} 1", lines);
    }

    [Fact]
    public void What_another_node_of_this_process_measures_is_not_shown()
    {
        using var other = new RelayMetrics(new NodeGauges(() => 0, () => 0, () => 0, () => false));
        other.Refused(503);

        Assert.DoesNotContain("=\"503\"", exporter.Write(), StringComparison.Ordinal);
    }

    /// <summary>
    /// Every line is one that the format allows, each family stands together under its type, and histograms add up:
    /// what <c>promtool check metrics</c> looks at.
    /// </summary>
    [Fact]
    public void Everything_is_as_the_format_has_it()
    {
        metrics.Appended(TimeSpan.FromSeconds(1));
        metrics.Loaded(TimeSpan.FromSeconds(1), succeeded: true);
        metrics.Closed(null);
        var text = exporter.Write();
        Assert.EndsWith("\n", text, StringComparison.Ordinal);

        var types = new Dictionary<string, string>();
        var help = new HashSet<string>();
        var samples = new HashSet<string>();
        var family = "";
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Help().Match(line) is { Success: true } helped)
            {
                Assert.True(help.Add(helped.Groups["name"].Value), line);
            }
            else if (Type().Match(line) is { Success: true } typed)
            {
                family = typed.Groups["name"].Value;
                Assert.True(types.TryAdd(family, typed.Groups["type"].Value), line);
                Assert.Contains(family, help);
                Assert.Equal(types[family] == "counter", family.EndsWith("_total", StringComparison.Ordinal));
            }
            else
            {
                var sample = Sample().Match(line);
                Assert.True(sample.Success, line);
                Assert.True(samples.Add(sample.Groups["series"].Value), $"twice: {line}");
                var name = sample.Groups["name"].Value;
                Assert.Equal(family, types[family] == "histogram" ? Parts().Replace(name, "") : name);
                Assert.True(
                    double.TryParse(sample.Groups["value"].Value, NumberStyles.Float,
                        CultureInfo.InvariantCulture, out _), line);
            }
        }

        Assert.Contains(types.Keys, name => name.StartsWith("dotnet_", StringComparison.Ordinal));
        Assert.Contains("relay_append_duration_seconds", types.Keys);
    }

    [GeneratedRegex("^# HELP (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) .*$")]
    private static partial Regex Help();

    [GeneratedRegex("^# TYPE (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<type>counter|gauge|histogram)$")]
    private static partial Regex Type();

    [GeneratedRegex(
        """^(?<series>(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\["\\n])*"(,(?!\})|(?=\})))+\})?) (?<value>[0-9.eE+-]+)$""")]
    private static partial Regex Sample();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex Parts();
}
