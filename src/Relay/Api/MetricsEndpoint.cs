using Microsoft.AspNetCore.Http.Features;
using Relay.Telemetry;

namespace Relay.Api;

/// <summary>
/// <c>GET /metrics</c>: numbers for monitoring, in Prometheus's text format. They name no document and no user. Only
/// this spelling of the address is answered: routing takes <c>/Metrics</c>, <c>/metrics/</c> and
/// <c>/%6Detrics</c> for the same one, and the rule of a load balancer that keeps it from the public does not.
/// </summary>
internal static class MetricsEndpoint
{
    public const string Path = "/metrics";

    public static void MapMetrics(this IEndpointRouteBuilder routes, PrometheusExporter exporter) =>
        routes.MapGet(Path, context =>
        {
            var asked = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
            if (asked != Path && !asked.StartsWith(Path + "?", StringComparison.Ordinal))
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            }

            context.Response.ContentType = PrometheusExporter.ContentType;
            context.Response.Headers.CacheControl = "no-store";
            return context.Response.WriteAsync(exporter.Write());
        });
}
