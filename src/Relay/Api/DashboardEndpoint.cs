using Relay.Access;
using Relay.Connections;
using Relay.Reports;

namespace Relay.Api;

/// <summary>
/// <c>GET /api/dashboard/events</c>: how the nodes do, again and again, as server-sent events. For administrators,
/// until their token ends or another administrator sends them away. The stream ends when this node stops or is drained:
/// who comes again may come to another one.
/// </summary>
internal sealed class DashboardEndpoint(
    RequestGate gate, DashboardFeed feed, LongAnswers answers, IHostApplicationLifetime lifetime, TimeProvider time)
{
    public const string Path = "/api/dashboard/events";

    /// <summary>What timers can count, and longer than anybody looks without a break.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    public async Task GetAsync(HttpContext context)
    {
        if (await gate.IdentifyAdminAsync(context) is not { } grant)
        {
            return;
        }

        using var answer = answers.Begin(grant.UserId);
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";

        // nginx would keep events back until it has some KiB of them.
        context.Response.Headers["X-Accel-Buffering"] = "no";
        var left = grant.Expires - time.GetUtcNow();
        using var expiry = new CancellationTokenSource(
            left < TimeSpan.Zero ? TimeSpan.Zero : left < Longest ? left : Longest, time);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(
            expiry.Token, answer.Ended, lifetime.ApplicationStopping, context.RequestAborted);
        try
        {
            await foreach (var one in feed.WatchAsync(ends.Token))
            {
                await context.Response.Body.WriteAsync(one, ends.Token);
                await context.Response.Body.FlushAsync(ends.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The token has ended, its user was sent away, the node stops, or the page is gone.
        }
    }
}
