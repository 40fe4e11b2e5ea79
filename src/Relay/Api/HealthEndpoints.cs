using System.Text;

namespace Relay.Api;

/// <summary>
/// What the load balancer asks, with GET or HEAD. Live: the process answers; <c>/health</c> says the same in the word
/// that Symphony's checks expect. Ready: it wants clients, or says why not.
/// </summary>
internal static class HealthEndpoints
{
    /// <summary>The first part of these addresses.</summary>
    public const string Prefix = "/health";

    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    public static void MapHealth(this IEndpointRouteBuilder routes, NodeState state)
    {
        routes.MapMethods(Prefix, Methods, context => AnswerAsync(context, 200, "okay"));
        routes.MapMethods(Prefix + "/live", Methods, context => AnswerAsync(context, 200, "live\n"));
        routes.MapMethods(
            Prefix + "/ready",
            Methods,
            context => state.WhyNotReady is { } reason ? AnswerAsync(context, 503, $"not ready: {reason}\n")
                : AnswerAsync(context, 200, "ready\n"));
    }

    private static Task AnswerAsync(HttpContext context, int status, string sentence)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.ContentLength = Encoding.UTF8.GetByteCount(sentence);
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask
            : context.Response.WriteAsync(sentence, context.RequestAborted);
    }
}
