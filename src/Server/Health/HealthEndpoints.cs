using System.Text;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Relay.Health;

/// <summary>
/// What the load balancer asks, with GET or HEAD. Live: the process answers; <c>/health</c> says the same in the word
/// that Symphony's checks expect. Ready: all checks pass, or the answer is the sentence of the first one that fails.
/// </summary>
internal static class HealthEndpoints
{
    /// <summary>The first part of these addresses.</summary>
    public const string Prefix = "/health";

    private static readonly HttpMethodMetadata Methods = new([HttpMethods.Get, HttpMethods.Head]);

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.Map(Prefix, _ => false, _ => "okay");
        routes.Map(Prefix + "/live", _ => false, _ => "live\n");
        routes.Map(Prefix + "/ready", _ => true, ReadySentence);
    }

    private static void Map(
        this IEndpointRouteBuilder routes,
        string path,
        Func<HealthCheckRegistration, bool> isAsked,
        Func<HealthReport, string> sentence)
    {
        var options = new HealthCheckOptions
        {
            Predicate = isAsked,
            ResponseWriter = (context, report) => WriteAsync(context, sentence(report)),
        };
        routes.MapHealthChecks(path, options).WithMetadata(Methods).DisableHttpMetrics();
    }

    /// <summary>A report has the checks in the order in which they were added.</summary>
    private static string ReadySentence(HealthReport report) => report.Status == HealthStatus.Healthy ? "ready\n"
        : $"not ready: {report.Entries.Values.First(entry => entry.Status != HealthStatus.Healthy).Description}\n";

    private static Task WriteAsync(HttpContext context, string sentence)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.ContentLength = Encoding.UTF8.GetByteCount(sentence);
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask
            : context.Response.WriteAsync(sentence, context.RequestAborted);
    }
}
