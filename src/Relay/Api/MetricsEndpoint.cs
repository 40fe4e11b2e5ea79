using Relay.Telemetry;

namespace Relay.Api;

/// <summary><c>GET /metrics</c>: numbers for monitoring, in Prometheus's text format. They name no document and no user.</summary>
internal static class MetricsEndpoint
{
    public static void MapMetrics(this IEndpointRouteBuilder routes, PrometheusExporter exporter) =>
        routes.MapGet("/metrics", context =>
        {
            context.Response.ContentType = PrometheusExporter.ContentType;
            context.Response.Headers.CacheControl = "no-store";
            return context.Response.WriteAsync(exporter.Write());
        });
}
