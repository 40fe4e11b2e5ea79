using Relay.Access;
using Relay.Api;
using Relay.Pages;
using Relay.Problems;
using Relay.Protocols;
using Relay.Protocols.Hocuspocus;
using Relay.Protocols.YWebSocket;
using Relay.Telemetry;

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
        if (!settings.AllowedHosts.AreAll)
        {
            app.Use(new HostGate(settings.AllowedHosts).InvokeAsync);
        }

        app.Use(FullNodePages.InvokeAsync);
        app.Use(UpgradeRefusal.InvokeAsync);
        app.UseCrossOrigin("/api", auth.AllowedOrigins, asksForTokens: auth.Jwt is not null);
        return app;
    }

    public static WebApplication MapRelay(this WebApplication app)
    {
        // Plain delegates: what ASP.NET makes of others is put together and compiled when the first request comes,
        // which took a quarter of the processor time of a node's first second under load.
        var services = app.Services;
        app.MapHealth(services.GetRequiredService<NodeState>());
        app.MapMetrics(services.GetRequiredService<PrometheusExporter>());
        app.MapOpenApi();
        app.Map(YWebSocketEndpoint.Path, services.GetRequiredService<YWebSocketEndpoint>().HandleAsync)
            .WithMetadata(SpeaksWebSocket.Mark);
        app.Map(HocuspocusEndpoint.Path + "/{**path}", services.GetRequiredService<HocuspocusEndpoint>().HandleAsync)
            .WithMetadata(SpeaksWebSocket.Mark);
        app.MapGet(DocumentEndpoint.Path, services.GetRequiredService<DocumentEndpoint>().GetAsync);
        app.MapDelete(DocumentEndpoint.Path, services.GetRequiredService<DocumentLifeEndpoint>().DeleteAsync);
        app.MapPut(DocumentEndpoint.Path, services.GetRequiredService<DocumentLifeEndpoint>().PutAsync);
        app.MapPost(UpdatesEndpoint.Path, services.GetRequiredService<UpdatesEndpoint>().PostAsync);
        app.MapPost(SaveEndpoint.Path, services.GetRequiredService<SaveEndpoint>().PostAsync);
        app.MapGet(SnapshotsEndpoint.Path, services.GetRequiredService<SnapshotsEndpoint>().GetAllAsync);
        app.MapGet(SnapshotsEndpoint.OnePath, services.GetRequiredService<SnapshotsEndpoint>().GetOneAsync);
        app.MapPost(SnapshotRestoreEndpoint.Path, services.GetRequiredService<SnapshotRestoreEndpoint>().PostAsync);
        app.MapPost(SnapshotSetAsideEndpoint.Path, services.GetRequiredService<SnapshotSetAsideEndpoint>().PostAsync);
        app.MapPost(LogSetAsideEndpoint.Path, services.GetRequiredService<LogSetAsideEndpoint>().PostAsync);
        app.MapGet(JobsEndpoint.Path, services.GetRequiredService<JobsEndpoint>().GetAsync);
        app.MapPost(JobsEndpoint.RetryPath, services.GetRequiredService<JobsEndpoint>().RetryAsync);
        app.MapPost(DrainEndpoint.Path, services.GetRequiredService<DrainEndpoint>().PostAsync);
        var rooms = services.GetRequiredService<RoomMetadataEndpoint>();
        app.MapGet(RoomMetadataEndpoint.ListPath, rooms.ListAsync);
        app.MapGet(RoomMetadataEndpoint.HistoryPath, rooms.HistoryAsync);
        app.MapGet(RoomMetadataEndpoint.ConnectionsPath, rooms.ConnectionsAsync);
        app.MapGet(RoomMetadataEndpoint.TotalsPath, rooms.TotalsAsync);
        app.MapGet(RoomMetadataEndpoint.NodesPath, rooms.NodesAsync);
        app.MapGet(NodesEndpoint.Path, services.GetRequiredService<NodesEndpoint>().GetAsync);
        app.MapGet(PresenceEndpoint.Path, services.GetRequiredService<PresenceEndpoint>().GetAsync);
        app.MapGet(DashboardEndpoint.Path, services.GetRequiredService<DashboardEndpoint>().GetAsync);
        app.MapPost(KickEndpoint.Path, services.GetRequiredService<KickEndpoint>().PostAsync);
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
