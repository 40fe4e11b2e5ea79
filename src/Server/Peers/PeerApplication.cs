using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebSockets;
using Microsoft.Extensions.Options;

namespace Relay.Peers;

/// <summary>All that the internal listener serves: questions about documents, and links.</summary>
internal sealed class PeerApplication : IHttpApplication<HttpContext>
{
    private const string LinkPath = "/internal/link";

    private readonly PeerStateEndpoint endpoint;
    private readonly WebSocketMiddleware? links;

    /// <param name="endpoint">Answers questions.</param>
    /// <param name="link">Accepts links; null where the node has none.</param>
    /// <param name="loggers">The logs.</param>
    public PeerApplication(PeerStateEndpoint endpoint, RequestDelegate? link, ILoggerFactory loggers)
    {
        this.endpoint = endpoint;
        links = link is null
            ? null
            : new WebSocketMiddleware(
                link, Options.Create(new WebSocketOptions { KeepAliveInterval = Timeout.InfiniteTimeSpan }), loggers);
    }

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public Task ProcessRequestAsync(HttpContext context) =>
        links is not null && context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget
            .StartsWith(LinkPath, StringComparison.Ordinal)
            ? links.Invoke(context)
            : endpoint.HandleAsync(context);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }
}
