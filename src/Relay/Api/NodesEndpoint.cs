using Relay.Access;
using Relay.Reports;

namespace Relay.Api;

/// <summary><c>GET /api/nodes</c>: what the nodes that run say about themselves. For administrators.</summary>
internal sealed class NodesEndpoint(RequestGate gate, ClusterReporter reporter)
{
    public const string Path = "/api/nodes";

    public async Task GetAsync(HttpContext context)
    {
        if (await gate.IdentifyAdminAsync(context) is null)
        {
            return;
        }

        var report = await reporter.ReadAsync(context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.WriteAsJsonAsync(report, ReportFormat.Default.ClusterReport, "application/json",
            context.RequestAborted);
    }
}
