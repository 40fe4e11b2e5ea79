using Microsoft.AspNetCore.StaticFiles;
using Relay.Api;
using Relay.Protocols.Hocuspocus;
using Relay.Protocols.YWebSocket;

namespace Relay.Startup;

/// <summary>The node's addresses.</summary>
internal static class RelayEndpoints
{
    public static WebApplication MapRelay(this WebApplication app)
    {
        app.UseForwardedHeaders();
        app.MapHealth();
        app.Map(YWebSocketEndpoint.Prefix + "{**document}", (HttpContext context, YWebSocketEndpoint endpoint) => endpoint.HandleAsync(context));
        app.Map(HocuspocusEndpoint.Path + "/{**path}", (HttpContext context, HocuspocusEndpoint endpoint) => endpoint.HandleAsync(context));
        app.MapGet(DocumentEndpoint.Prefix + "{**document}", (HttpContext context, DocumentEndpoint endpoint) => endpoint.GetAsync(context));
        app.MapPost(KickEndpoint.Path, (HttpContext context, KickEndpoint endpoint) => endpoint.PostAsync(context));
        return app;
    }

    /// <summary>The pages under <c>wwwroot</c>, compressed: a page's script takes a third of the time on a slow line then.</summary>
    public static WebApplication UsePages(this WebApplication app)
    {
        app.UseDefaultFiles();
        app.UseWhen(context => HttpMethods.IsGet(context.Request.Method) && !context.WebSockets.IsWebSocketRequest, pages => pages.UseResponseCompression());
        app.UseStaticFiles(new StaticFileOptions { OnPrepareResponse = SetCaching });
        return app;
    }

    /// <summary>A page is asked for each time (and mostly answered with 304), so that a new version is seen at once; what lies under <c>assets</c> has a hash of its content in its name and never changes.</summary>
    private static void SetCaching(StaticFileResponseContext file) =>
        file.Context.Response.Headers.CacheControl =
            file.Context.Request.Path.StartsWithSegments("/assets") ? "public, max-age=31536000, immutable"
            : file.File.Name.EndsWith(".html", StringComparison.OrdinalIgnoreCase) ? "no-cache" : "public, max-age=3600";
}
