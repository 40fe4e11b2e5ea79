using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Relay.Peers;

/// <summary>All that the internal listener serves.</summary>
internal sealed class PeerApplication(PeerStateEndpoint endpoint) : IHttpApplication<HttpContext>
{
    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public Task ProcessRequestAsync(HttpContext context) => endpoint.HandleAsync(context);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }
}
