using Relay.Access;
using Relay.Api;
using Relay.Api.Description;
using Relay.Health;
using Relay.Pages;
using Relay.Problems;
using Relay.Protocols;
using Relay.Protocols.Hocuspocus;
using Relay.Protocols.YWebSocket;

namespace Relay.Startup;

/// <summary>The node's addresses.</summary>
internal static class RelayEndpoints
{
    /// <summary>What every request passes, for a page or for anything else: to be called first.</summary>
    public static WebApplication UseRefusals(this WebApplication app)
    {
        var services = app.Services;
        var settings = services.GetRequiredService<RelaySettings>();
        var auth = settings.Auth;
        app.UseForwardedHeaders();
        app.Use(BrowserRules.InvokeAsync);
        app.Use(services.GetRequiredService<RefusalPages>().InvokeAsync);
        if (!settings.AllowedHosts().AreAll)
        {
            app.Use(new HostGate(settings.AllowedHosts()).InvokeAsync);
        }

        app.Use(FullNodePages.InvokeAsync);
        app.Use(UpgradeRefusal.InvokeAsync);
        app.UseCrossOrigin("/api", auth.Origins(), auth.AsksForTokens);
        return app;
    }

    public static WebApplication MapRelay(this WebApplication app)
    {
        var services = app.Services;
        app.MapHealth();
        app.MapMetrics();
        app.Map(YWebSocketEndpoint.Path, services.GetRequiredService<YWebSocketEndpoint>().HandleAsync)
            .WithMetadata(SpeaksWebSocket.Mark);
        app.Map(HocuspocusEndpoint.Path + "/{**path}", services.GetRequiredService<HocuspocusEndpoint>().HandleAsync)
            .WithMetadata(SpeaksWebSocket.Mark);
        app.MapDocuments(services);
        app.MapOperation(services);
        app.MapApiDescription(services);
        return app;
    }

    /// <summary>
    /// The pages under <c>wwwroot</c>, compressed, as are answers of the API: a page's script takes a third of the time
    /// on a slow line then.
    /// </summary>
    public static WebApplication UsePages(this WebApplication app)
    {
        app.UseDefaultFiles();
        app.Use(FindDashboard);
        app.UseWhen(context => HttpMethods.IsGet(context.Request.Method) && !context.WebSockets.IsWebSocketRequest,
            pages => pages.UseResponseCompression());
        app.UsePageFiles();
        return app;
    }

    /// <summary>
    /// The dashboard's address has no ending, and its parts lie where the demo's do, also below a proxy's path.
    /// </summary>
    private static Task FindDashboard(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path == "/dashboard")
        {
            context.Request.Path = "/dashboard.html";
        }
        else if (context.Request.Path == "/dashboard/")
        {
            context.Response.Redirect("../dashboard", permanent: true);
            return Task.CompletedTask;
        }

        return next(context);
    }
}
