using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Relay.Startup;

/// <summary>What somebody who starts a node wants to read: where the demo is, and which service each embedded part stands in for.</summary>
internal static partial class StartupReport
{
    public static WebApplication ReportStart(this WebApplication app)
    {
        app.Lifetime.ApplicationStarted.Register(() => Report(app));
        return app;
    }

    private static void Report(WebApplication app)
    {
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Relay");
        var settings = app.Services.GetRequiredService<RelaySettings>();
        var path = Path.GetFullPath(settings.FileStore.Path);
        LogPart(logger, "log and channels", $"files under {path}", "Redis");
        LogPart(logger, "snapshots", $"files under {path}", "S3");
        LogPart(logger, "locator", "memory of this process", "DynamoDB");
        LogPart(logger, "room metadata", "nowhere", "Postgres");
        foreach (var address in app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [])
        {
            LogDemo(logger, address.Replace("[::]", "localhost", StringComparison.Ordinal).Replace("0.0.0.0", "localhost", StringComparison.Ordinal));
        }
    }

    [LoggerMessage(LogEvents.EmbeddedPart, LogLevel.Information, "Embedded {Part}: {Place} (stands in for {Service})")]
    private static partial void LogPart(ILogger logger, string part, string place, string service);

    [LoggerMessage(LogEvents.DemoAddress, LogLevel.Information, "The demo is at {Address}/")]
    private static partial void LogDemo(ILogger logger, string address);
}
