using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Relay.Telemetry;

namespace Relay.Node;

/// <summary>Who may read a node's numbers is decided in front of it, by the address; so there is one.</summary>
public sealed class MetricsTests
{
    [Theory]
    [InlineData("/metrics")]
    [InlineData("/metrics?format=text")]
    public async Task Metrics_are_answered_at_their_address(string address)
    {
        await using var node = await TestNode.StartAsync();
        using var answer = await GetAsync(node, address);
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Contains("relay_ready", await answer.Content.ReadAsStringAsync().WaitAsync(TestNode.Patience),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/Metrics")]
    [InlineData("/metrics/")]
    [InlineData("/%6Detrics")]
    [InlineData("/./metrics")]
    [InlineData("/yjs/../metrics")]
    public async Task No_other_spelling_leads_around_a_rule_that_shuts_that_address(string address)
    {
        await using var node = await TestNode.StartAsync();
        using var answer = await GetAsync(node, address);
        Assert.Equal(404, (await ProblemAnswer.ReadAsync(answer)).Status);
    }

    [Fact]
    public async Task Names_units_and_tags_are_those_of_Prometheus()
    {
        using var metrics = new RelayMetrics(new NodeGauges(() => 2, () => 3, () => 1, () => true, () => 5, () => 8));
        await using var node = await StartAsync(services => services.AddSingleton(metrics));
        metrics.Sessions.Received(7);
        metrics.Sessions.Delivered(14);
        metrics.Sockets.Read(50);
        metrics.Sockets.Wrote(100);
        metrics.Sockets.Closed(1012);
        metrics.Refused(401);
        metrics.Refused(401);
        metrics.Sessions.Appended(TimeSpan.FromSeconds(1));
        metrics.Sessions.Loaded(TimeSpan.FromSeconds(1), succeeded: true);
        metrics.Sessions.Saved(TimeSpan.FromMilliseconds(1), succeeded: true);
        metrics.Sessions.Saved(TimeSpan.FromMilliseconds(3), succeeded: true);
        metrics.Sessions.Saved(TimeSpan.FromMinutes(2), succeeded: true);
        metrics.Sessions.Saved(TimeSpan.FromSeconds(1), succeeded: false);
        Assert.Equal(404, await node.StatusAsync("GET", "/api/nowhere"));

        // A request is counted when its answer has been sent, and the next one may be answered before that.
        const string Requests = "# TYPE http_server_request_duration_seconds histogram";
        using var patience = new CancellationTokenSource(TestNode.Patience);
        var lines = await LinesAsync(node);
        while (!lines.Contains(Requests))
        {
            patience.Token.ThrowIfCancellationRequested();
            lines = await LinesAsync(node);
        }

        foreach (var line in new[]
        {
            "relay_connections_open{} 2",
            "relay_documents_open{} 3",
            "relay_documents_unsaved{} 1",
            "relay_documents_memory_bytes{} 8",
            "relay_buffered_bytes{} 5",
            "relay_ready{} 1",
            "relay_updates_received_total{} 7",
            "relay_updates_delivered_total{} 14",
            "relay_network_received_bytes_total{} 50",
            "relay_network_sent_bytes_total{} 100",
            "relay_documents_reconciled_total{} 0",
            "relay_metadata_dropped_total{} 0",
            "relay_connections_closed_total{relay_close_code=\"1012\"} 1",
            "relay_requests_refused_total{http_response_status_code=\"401\"} 2",
            "relay_append_duration_seconds_count{} 1",
            "relay_load_duration_seconds_count{relay_outcome=\"success\"} 1",
            "# TYPE relay_save_duration_seconds histogram",
            "relay_save_duration_seconds_bucket{relay_outcome=\"success\",le=\"0.0005\"} 0",
            "relay_save_duration_seconds_bucket{relay_outcome=\"success\",le=\"0.001\"} 1",
            "relay_save_duration_seconds_bucket{relay_outcome=\"success\",le=\"30\"} 2",
            "relay_save_duration_seconds_bucket{relay_outcome=\"success\",le=\"+Inf\"} 3",
            "relay_save_duration_seconds_sum{relay_outcome=\"success\"} 120.004",
            "relay_save_duration_seconds_count{relay_outcome=\"failure\"} 1",
            "# TYPE dotnet_process_cpu_time_seconds_total counter",
            "# TYPE dotnet_process_cpu_count gauge",
            "# TYPE kestrel_active_connections gauge",
        })
        {
            Assert.Contains(line, lines);
        }

        Assert.DoesNotContain(lines, line => line.Contains("otel_scope", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_another_node_of_this_process_measures_is_not_shown()
    {
        await using var other = await TestNode.StartAsync();
        await using var node = await TestNode.StartAsync();
        Assert.Equal(404, await other.StatusAsync("GET", "/api/nowhere"));
        Assert.Equal(426, await other.StatusAsync("GET", "/yjs/doc"));

        var lines = await LinesAsync(node);
        Assert.DoesNotContain(lines, line => line.StartsWith("relay_requests_refused_total", StringComparison.Ordinal));
        Assert.DoesNotContain(
            lines, line => line.StartsWith("http_server_request_duration_seconds_count", StringComparison.Ordinal));
        Assert.DoesNotContain(
            lines, line => line.Contains($"server_port=\"{other.Address.Port}\"", StringComparison.Ordinal));
        Assert.Contains(
            lines, line => line.Contains($"server_port=\"{node.Address.Port}\"", StringComparison.Ordinal));
    }

    /// <summary>A client that asks may be slow, or may mean to be.</summary>
    [Fact]
    public async Task A_client_that_does_not_read_the_numbers_keeps_no_other_from_them()
    {
        var bodies = new StuckBodies();
        await using var node = await StartAsync(services => services.AddSingleton<IStartupFilter>(bodies));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.Add(StuckBodies.Header, "1");
        var slow = node.Http.SendAsync(request);
        await bodies.Stuck.WaitAsync(TestNode.Patience);
        using (var answer = await GetAsync(node, "/metrics"))
        {
            Assert.Equal(200, (int)answer.StatusCode);
        }

        bodies.Release();
        await Task.WhenAny(slow).WaitAsync(TestNode.Patience);
    }

    [Fact]
    public async Task The_format_is_the_same_for_who_would_rather_have_another()
    {
        await using var node = await TestNode.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.TryAddWithoutValidation("Accept", "application/openmetrics-text;version=1.0.0,*/*;q=0.1");
        using var answer = await node.Http.SendAsync(request).WaitAsync(TestNode.Patience);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.True(answer.Headers.CacheControl?.NoStore);
    }

    [Fact]
    public async Task A_node_whose_telemetry_is_turned_off_runs_and_has_no_numbers()
    {
        await using var node = await TestNode.StartAsync(builder => builder.Configuration.AddInMemoryCollection(
            [KeyValuePair.Create<string, string?>("OTEL_SDK_DISABLED", "true")]));
        Assert.Equal("", await node.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative)));
        Assert.Equal(200, await node.StatusAsync("GET", "/health/ready"));
    }

    private static Task<TestNode> StartAsync(Action<IServiceCollection> replace) =>
        TestNode.StartAsync(_ => { }, replace);

    private static async Task<string[]> LinesAsync(TestNode node)
    {
        var text = await node.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative)).WaitAsync(TestNode.Patience);
        return text.Split('\n');
    }

    /// <summary>The address goes out as it is spelled here.</summary>
    private static Task<HttpResponseMessage> GetAsync(TestNode node, string address) =>
        node.Http.GetAsync(
            new Uri(node.Address.GetLeftPart(UriPartial.Authority) + address,
                new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true })).WaitAsync(
                TestNode.Patience);
}
