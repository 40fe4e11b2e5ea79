namespace Relay.Api;

/// <summary>What the load balancer asks. Live: the process answers; <c>/health</c> says the same in the word that Symphony's checks expect. Ready: it wants clients.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes, NodeState state)
    {
        routes.MapGet("/health", context => AnswerAsync(context, StatusCodes.Status200OK, "okay"));
        routes.MapGet("/health/live", context => AnswerAsync(context, StatusCodes.Status200OK, "live\n"));
        routes.MapGet(
            "/health/ready",
            context => state.IsReady ? AnswerAsync(context, StatusCodes.Status200OK, "ready\n") : AnswerAsync(context, StatusCodes.Status503ServiceUnavailable, "not ready\n"));
    }

    private static Task AnswerAsync(HttpContext context, int status, string sentence)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(sentence);
    }
}
