using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Relay.Api;

/// <summary>
/// <c>GET /metrics</c>: numbers for monitoring, in Prometheus's text format. They name no document and no user. Only
/// this spelling of the address is answered: routing takes <c>/Metrics</c>, <c>/metrics/</c> and <c>/%6Detrics</c> for
/// the same one, and the rule of a load balancer that keeps it from the public does not.
/// </summary>
internal static class MetricsEndpoint
{
    public const string Path = "/metrics";

    private static readonly HttpMethodMetadata Methods = new([HttpMethods.Get]);

    public static void MapMetrics(this IEndpointRouteBuilder routes) =>
        routes.MapPrometheusScrapingEndpoint(Path, null, pipeline => pipeline.Use(AnswerAsync), null)
            .WithMetadata(Methods)
            .DisableHttpMetrics();

    private static async Task AnswerAsync(HttpContext context, RequestDelegate write)
    {
        var asked = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (asked != Path && !asked.StartsWith(Path + "?", StringComparison.Ordinal))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        // One format for all. OpenMetrics, which Prometheus asks for, adds a series to each counter and histogram.
        context.Request.Headers.Remove(HeaderNames.Accept);

        // The exporter writes into one buffer and keeps it until the text is out. A client that does not read would
        // keep all others waiting, so the text is copied first.
        using var text = new MemoryStream();
        var body = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(text));
        try
        {
            await write(context);
        }
        finally
        {
            context.Features.Set(body);
        }

        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentLength = text.Length;
        await context.Response.Body.WriteAsync(text.GetBuffer().AsMemory(0, (int)text.Length), context.RequestAborted);
    }
}
