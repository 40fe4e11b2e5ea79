using Microsoft.AspNetCore.Http.HttpResults;
using Relay.Reports;

namespace Relay.Api;

/// <summary><c>GET /api/nodes</c>: what the nodes that run say about themselves. For administrators.</summary>
internal sealed class NodesEndpoint(ClusterReporter reporter)
{
    public async Task<JsonHttpResult<ClusterReport>> GetAsync(HttpContext context, CancellationToken cancellation) =>
        JsonAnswer.Of(context, await reporter.ReadAsync(cancellation));
}
