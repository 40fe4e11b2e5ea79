using Relay.Health;
using Relay.Problems;
using Relay.Sockets;

namespace Relay.Api;

/// <summary>
/// Answers requests on connections for which there is no place (<see cref="ClientPlace.Brief"/>): the node's health and
/// its numbers are told, so that monitoring does not take it for dead, and everything else is refused. The
/// connection is closed after one answer.
/// </summary>
internal static class FullNodePages
{
    private const string Refusal =
        "This node has as many connections as the limit of open files leaves room for; connect again later.";

    public static Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<IBriefConnection>() is null)
        {
            return next(context);
        }

        context.Response.Headers.Connection = "close";
        var path = context.Request.Path;
        return path.StartsWithSegments(HealthEndpoints.Prefix, StringComparison.OrdinalIgnoreCase)
            || path == MetricsEndpoint.Path
            ? next(context)
            : Problem.Later(context, Refusal, ProblemKind.Limit).ExecuteAsync(context);
    }
}
