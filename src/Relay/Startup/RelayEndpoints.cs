using Microsoft.AspNetCore.StaticFiles;
using Relay.Api;
using Relay.Protocols.YWebSocket;

namespace Relay.Startup;

/// <summary>The node's addresses.</summary>
internal static class RelayEndpoints
{
    public static WebApplication MapRelay(this WebApplication app)
    {
        app.MapHealth();
        app.Map(YWebSocketEndpoint.Prefix + "{**document}", (HttpContext context, YWebSocketEndpoint endpoint) => endpoint.HandleAsync(context));
        app.MapGet(DocumentEndpoint.Prefix + "{**document}", (HttpContext context, DocumentEndpoint endpoint) => endpoint.GetAsync(context));
        return app;
    }

    /// <summary>The pages under <c>wwwroot</c>.</summary>
    public static WebApplication UsePages(this WebApplication app)
    {
        app.UseDefaultFiles();
        app.UseStaticFiles(new StaticFileOptions { OnPrepareResponse = SetCaching });
        return app;
    }

    /// <summary>A page is asked for each time (and mostly answered with 304), so that a new version is seen at once; what pages load may be an hour old.</summary>
    private static void SetCaching(StaticFileResponseContext file) =>
        file.Context.Response.Headers.CacheControl = file.File.Name.EndsWith(".html", StringComparison.OrdinalIgnoreCase) ? "no-cache" : "public, max-age=3600";
}
