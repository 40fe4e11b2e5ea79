using Microsoft.AspNetCore.Http.HttpResults;
using Relay.Api.Filters;
using Relay.Connections;
using Relay.Reports;

namespace Relay.Api;

/// <summary>
/// <c>GET /api/dashboard/events</c>: how the nodes do, again and again, as server-sent events. For administrators,
/// until their token ends or another administrator sends them away. The stream ends when this node stops or is
/// drained: who comes again may come to another one.
/// </summary>
internal sealed class DashboardEndpoint(
    DashboardFeed feed, LongAnswers answers, IHostApplicationLifetime lifetime, TimeProvider time)
{
    /// <summary>What timers can count, and longer than a page stays open.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    public ServerSentEventsResult<byte[]> Get(HttpContext context, CancellationToken cancellation)
    {
        var grant = ApiCall.Of(context).Grant;
        var answer = answers.Begin(grant.UserId);
        var left = grant.Expires - time.GetUtcNow();
        var expiry = new CancellationTokenSource(
            left < TimeSpan.Zero ? TimeSpan.Zero : left < Longest ? left : Longest, time);
        var ends = CancellationTokenSource.CreateLinkedTokenSource(
            expiry.Token, answer.Ended, lifetime.ApplicationStopping, cancellation);
        context.Response.RegisterForDispose(answer);
        context.Response.RegisterForDispose(expiry);
        context.Response.RegisterForDispose(ends);

        // What ends the stream also ends a write that a client does not read.
        context.RequestAborted = ends.Token;

        // nginx would keep events back until it has some KiB of them.
        context.Response.Headers["X-Accel-Buffering"] = "no";
        return TypedResults.ServerSentEvents(feed.WatchAsync(ends.Token));
    }
}
