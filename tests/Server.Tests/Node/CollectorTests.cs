using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Relay.Node;

/// <summary>What a collector gets of a node that lives shorter than the time between two exports.</summary>
public sealed class CollectorTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<(string Path, string Body)> got = new();
    private readonly WebApplication collector;

    public CollectorTests()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        collector = builder.Build();
        collector.Urls.Add("http://127.0.0.1:0");
        collector.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            got.Enqueue((context.Request.Path, Encoding.Latin1.GetString(body.ToArray())));
        });
    }

    public ValueTask InitializeAsync() => new(collector.StartAsync());

    public async ValueTask DisposeAsync() => await collector.DisposeAsync();

    [Fact]
    public async Task A_node_that_stops_sends_what_it_has_not_sent_yet()
    {
        await using (var node = await TestNode.StartAsync(builder =>
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Urls.Single(),
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "3600000",
                ["OTEL_BSP_SCHEDULE_DELAY"] = "3600000",
                ["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.environment=test",
            })))
        {
            using var client = await node.ConnectAsync("/yjs/kept");
            await client.UntilAsync(0, 0);
            Assert.Empty(got);
        }

        var metrics = Assert.Single(got, one => one.Path == "/v1/metrics").Body;
        foreach (var name in new[]
        {
            "relay.connections.open", "relay.documents.open", "relay.ready", "relay.updates.received",
            "relay.load.duration", "dotnet.process.cpu.time", "http.server.request.duration", "deployment.environment",
        })
        {
            Assert.Contains(name, metrics, StringComparison.Ordinal);
        }

        var traces = Assert.Single(got, one => one.Path == "/v1/traces").Body;
        Assert.Contains("document.load", traces, StringComparison.Ordinal);
        Assert.Contains("kept", traces, StringComparison.Ordinal);
    }
}
