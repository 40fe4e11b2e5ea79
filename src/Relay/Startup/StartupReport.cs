using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Relay.Logging;
using Relay.Sockets;

namespace Relay.Startup;

/// <summary>
/// What somebody who starts a node wants to read: where the demo and the dashboard are, and which service each embedded
/// part stands in for.
/// </summary>
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
        Say(logger, "log and channels", "Redis", settings.Redis.Configuration is null ? null : settings.Redis.Servers(),
            $"files under {path}");
        Say(logger, "snapshots", "S3", settings.S3.Bucket is { } bucket ? $"{bucket}/{settings.S3.Prefix}" : null,
            $"files under {path}");
        Say(logger, "locator", "DynamoDB", settings.DynamoDb.Table, "memory of this process");
        var postgres = settings.Postgres.ConnectionString is null ? null : settings.Postgres.Place();
        Say(
            logger,
            "document metadata",
            "Postgres",
            postgres,
            settings.KeepsMetadataFile ? Path.Combine(path, RelayMetadata.FileName) : "nowhere");
        if (settings.Auth.AsksForTokens)
        {
            var jwt = settings.Auth.Jwt;
            LogTokens(
                logger,
                jwt.KeysAddress() is { } keys ? $"the keys at {keys.GetLeftPart(UriPartial.Path)}"
                : jwt.Provider() is { } provider ? $"the keys of the OpenID provider {provider}"
                : $"{jwt.Keys()?.Count} of the settings' keys");
        }
        else
        {
            LogOpen(logger);
        }

        if (settings.Redis.Configuration is not null && settings.DynamoDb.Table is null)
        {
            LogNoLocator(logger);
        }

        var descriptors = app.Services.GetRequiredService<DescriptorBudget>();
        if (descriptors.MostConnections < settings.Limits.MaxConnections)
        {
            LogFewDescriptors(logger, descriptors.Limit, descriptors.MostConnections, settings.Limits.MaxConnections);
        }

        // Names below the directory are keys below the prefix, so copying is all that moving takes.
        var left = Path.Combine(path, RelayStores.SnapshotsDirectory);
        if (settings.S3.Bucket is not null && Directory.Exists(left) && Directory.EnumerateDirectories(left).Any())
        {
            LogLeftBehind(logger, left, $"s3://{settings.S3.Bucket}/{settings.S3.Prefix}");
        }

        var server = app.Services.GetRequiredService<IServer>();
        foreach (var address in server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [])
        {
            var reached = address.Replace("[::]", "localhost", StringComparison.Ordinal)
                .Replace("0.0.0.0", "localhost", StringComparison.Ordinal);
            LogDemo(logger, reached);
            LogDashboard(logger, reached);
        }
    }

    private static void Say(ILogger logger, string part, string service, string? place, string embedded)
    {
        if (place is null)
        {
            LogEmbedded(logger, part, embedded, service);
        }
        else
        {
            LogService(logger, part, service, place);
        }
    }

    [LoggerMessage(LogEvents.TokensAsked, LogLevel.Information, "Who comes in needs a token, checked with {Keys}")]
    private static partial void LogTokens(ILogger logger, string keys);

    [LoggerMessage(LogEvents.NoTokensAsked, LogLevel.Information,
        "Everybody who reaches this node may read and write every document (Auth:Mode is none)")]
    private static partial void LogOpen(ILogger logger);

    [LoggerMessage(LogEvents.ServicePart, LogLevel.Information, "{Part}: {Service}, {Place}")]
    private static partial void LogService(ILogger logger, string part, string service, string place);

    [LoggerMessage(LogEvents.SnapshotsLeftBehind, LogLevel.Warning,
        "There are snapshots under {Path}, which this node does not read: documents that are only there are empty "
            + "here. To bring them along, copy what is below it to {Place}")]
    private static partial void LogLeftBehind(ILogger logger, string path, string place);

    [LoggerMessage(LogEvents.NoLocator, LogLevel.Information,
        "Nodes do not ask each other for documents, because Relay:DynamoDb:Table is not set: they read "
            + "snapshots and log")]
    private static partial void LogNoLocator(ILogger logger);

    [LoggerMessage(
        LogEvents.FewDescriptors,
        LogLevel.Warning,
        "The process may have {Limit} open files, so this node takes {Connections} connections at the most, "
        + "and not Limits:MaxConnections, {Max}. "
        + "Raise the limit (ulimit -n, LimitNOFILE of systemd, nofile of a container) or lower the setting")]
    private static partial void LogFewDescriptors(ILogger logger, long limit, long connections, int max);

    [LoggerMessage(LogEvents.EmbeddedPart, LogLevel.Information, "Embedded {Part}: {Place} (stands in for {Service})")]
    private static partial void LogEmbedded(ILogger logger, string part, string place, string service);

    [LoggerMessage(LogEvents.DemoAddress, LogLevel.Information, "The demo is at {Address}/")]
    private static partial void LogDemo(ILogger logger, string address);

    [LoggerMessage(LogEvents.DashboardAddress, LogLevel.Information, "The dashboard is at {Address}/dashboard")]
    private static partial void LogDashboard(ILogger logger, string address);
}
