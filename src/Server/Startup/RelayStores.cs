using System.Globalization;
using System.Net;
using Relay.Backplane;
using Relay.DocLocator;
using Relay.DocLocator.DynamoDb;
using Relay.Health;
using Relay.Persistence;
using Relay.Persistence.S3;
using Relay.Reports;
using Relay.Sockets;

namespace Relay.Startup;

/// <summary>For each seam the service whose settings are there, or else the embedded form.</summary>
internal static class RelayStores
{
    /// <summary>Where the embedded snapshot store is, below <c>FileStore:Path</c>.</summary>
    public const string SnapshotsDirectory = "snapshots";

    /// <param name="services">The node's services.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="address">Where other nodes reach this one; null for a node without internal listener.</param>
    /// <param name="isDevelopment">Whether a missing table or bucket is made.</param>
    public static void AddStores(this IServiceCollection services, RelaySettings settings, IPEndPoint? address,
        bool isDevelopment)
    {
        var node = NodeIdentity.Create(address?.ToString() ?? "alone", Guid.NewGuid().ToString("n"));
        services.AddSingleton(node);
        services.AddSingleton(provider => ServicesOf(settings, provider));
        var jobs = new SaveJobOptions { OrphanedAfter = OrphanedAfter(settings.Documents.SaveInterval) };
        if (settings.Redis.Configuration is { } configuration)
        {
            services.AddRedisBackplane(settings, configuration, jobs);
        }
        else
        {
            services.AddFileLog(settings.FileStore, jobs);
        }

        if (settings.S3.Bucket is { } bucket)
        {
            services.AddS3Snapshots(settings.S3, bucket, isDevelopment);
        }
        else
        {
            services.AddDirectorySnapshots(settings.FileStore);
        }

        if (settings.DynamoDb.Table is { } table)
        {
            services.AddDynamoDbLocator(settings.DynamoDb, table, node, isDevelopment);
        }
        else
        {
            services.AddMemoryLocator(node);
        }

        services.AddRoomMetadata(settings, node);
    }

    /// <summary>
    /// A node that holds a document has saved it after three save intervals; with very short ones, it still needs the
    /// time that a save takes.
    /// </summary>
    private static TimeSpan OrphanedAfter(TimeSpan saveInterval) =>
        TimeSpan.FromSeconds(Math.Max(15, 3 * saveInterval.TotalSeconds));

    private static ServicesInUse ServicesOf(RelaySettings settings, IServiceProvider provider)
    {
        var time = provider.GetRequiredService<TimeProvider>();
        return new ServicesInUse
        {
            Log = settings.Redis.Configuration is null
                ? new ServiceHealth("File log", "log", time, () => provider.GetRequiredService<FileLog>().WritesFail)
                : new ServiceHealth("Redis", "log", time),
            Snapshots = new ServiceHealth(settings.S3.Bucket is null ? "Directory" : "S3", "snapshots", time),
            Locator = settings.DynamoDb.Table is null ? null : new ServiceHealth("DynamoDB", "locator", time),
            Metadata = settings.Postgres.ConnectionString is not null ? new ServiceHealth(
                "Postgres", "metadata of documents", time)
                : settings.KeepsMetadataFile ? new ServiceHealth("SQLite file", "metadata of documents", time) : null,
        };
    }

    private static void AddRedisBackplane(this IServiceCollection services, RelaySettings settings,
        string configuration, SaveJobOptions jobs)
    {
        services.AddSingleton(provider => RedisBackplane.Open(
            new RedisBackplaneOptions
            {
                Configuration = configuration,
                User = settings.Redis.User,
                Password = settings.Redis.Password,
                Incarnation = provider.GetRequiredService<NodeIdentity>().Incarnation,
                MinReplicas = settings.Redis.MinReplicas,
                Partitions = settings.Redis.Partitions,
                Loops = OperatingSystem.IsLinux() && SocketLoop.IsSupported ? new ServerLoops() : null,
                Jobs = jobs,
                SharedSettings = new Dictionary<string, string>
                {
                    ["Documents:GarbageCollection"] = settings.Documents.GarbageCollection ? "true" : "false",
                    ["Redis:Partitions"] = settings.Redis.Partitions.ToString(CultureInfo.InvariantCulture),
                },
            },
            provider.GetRequiredService<ILogger<RedisBackplane>>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IDocumentLog>(provider => provider.GetRequiredService<RedisBackplane>());
        services.AddSingleton<IDocumentChannel>(provider => provider.GetRequiredService<RedisBackplane>());
        services.AddSingleton<ISaveJobs>(provider => provider.GetRequiredService<RedisBackplane>());
        services.AddSingleton<IDamagedLogs, NoDamagedLogs>();
        services.AddSingleton<INodeOrders>(provider => provider.GetRequiredService<RedisBackplane>());
        services.AddSingleton<INodeReports>(provider => provider.GetRequiredService<RedisBackplane>());
        services.AddSingleton(new ReportWriterOptions());
        services.AddHostedService<ReportWriter>();
        services.AddSingleton<LinkedNodes>();
        services.AddHostedService<NodeWatch>();
        services.AddSingleton(provider => new FileLogImport(
            settings.FileStore.Path, provider.GetRequiredService<IDocumentLog>(),
                provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton(provider => new StartCheck(
            "Redis",
            async cancellation =>
            {
                await provider.GetRequiredService<RedisBackplane>().WhenConnectedAsync(cancellation);
                await provider.GetRequiredService<FileLogImport>().RunAsync(cancellation);
            }));
    }

    private static void AddFileLog(this IServiceCollection services, FileStoreOptions options, SaveJobOptions jobs)
    {
        services.AddSingleton(provider => FileLog.Open(
            new FileLogOptions
            {
                Directory = options.Path,
                Flush = options.Flush(),
                Jobs = jobs,
                TimeProvider = provider.GetRequiredService<TimeProvider>()
            },
            provider.GetRequiredService<ILogger<FileLog>>()));
        services.AddSingleton<IDocumentLog>(provider => provider.GetRequiredService<FileLog>());
        services.AddSingleton<IDocumentChannel>(provider => provider.GetRequiredService<FileLog>());
        services.AddSingleton<ISaveJobs>(provider => provider.GetRequiredService<FileLog>());
        services.AddSingleton<IDamagedLogs>(provider => provider.GetRequiredService<FileLog>());
        services.AddSingleton<INodeOrders, NoOtherNodes>();
        services.AddSingleton<INodeReports, NoOtherNodes>();
    }

    private static void AddDirectorySnapshots(this IServiceCollection services, FileStoreOptions options) =>
        services.AddSingleton<ISnapshotStore>(provider => new WatchedSnapshotStore(
            DirectorySnapshotStore.Open(Path.Combine(options.Path, SnapshotsDirectory),
                provider.GetRequiredService<TimeProvider>()), provider.GetRequiredService<ServicesInUse>().Snapshots));

    private static void AddS3Snapshots(this IServiceCollection services, S3Options options, string bucket,
        bool isDevelopment)
    {
        services.AddSingleton(provider => new S3SnapshotStore(
            new S3SnapshotStoreOptions
            {
                Bucket = bucket,
                Prefix = options.Prefix,
                ServiceUrl = options.ServiceUrl,
                Region = options.Region
            },
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ISnapshotStore>(
            provider => new WatchedSnapshotStore(provider.GetRequiredService<S3SnapshotStore>(),
                provider.GetRequiredService<ServicesInUse>().Snapshots));
        services.AddSingleton(provider => new StartCheck(
            "S3",
            cancellation => provider.GetRequiredService<ServicesInUse>().Snapshots.WatchAsync(
                () => provider.GetRequiredService<S3SnapshotStore>()
                .CheckBucketAsync(create: isDevelopment, cancellation))));
    }

    private static void AddMemoryLocator(this IServiceCollection services, NodeIdentity node)
    {
        services.AddSingleton(
            provider => new InMemoryLocatorTable(provider.GetRequiredService<TimeProvider>(), TimeSpan.FromSeconds(15))
            .LocatorFor(node));
        services.AddSingleton<IDocumentLocator>(provider => provider.GetRequiredService<InMemoryDocumentLocator>());
        services.AddSingleton<INodeHeartbeat>(provider => provider.GetRequiredService<InMemoryDocumentLocator>());
    }

    private static void AddDynamoDbLocator(this IServiceCollection services, DynamoDbOptions options, string table,
        NodeIdentity node, bool isDevelopment)
    {
        services.AddSingleton(provider => new DynamoDbLocator(
            new DynamoDbLocatorOptions { Table = table, ServiceUrl = options.ServiceUrl, Region = options.Region },
            node,
            provider.GetRequiredService<TimeProvider>(),
            Random.Shared.NextDouble));
        services.AddSingleton<IDocumentLocator>(provider => provider.GetRequiredService<DynamoDbLocator>());
        services.AddSingleton<INodeHeartbeat>(
            provider => new WatchedHeartbeat(provider.GetRequiredService<DynamoDbLocator>(),
                provider.GetRequiredService<ServicesInUse>().Locator!));
        services.AddSingleton(
            provider => new StartCheck("DynamoDB",
                cancellation => provider.GetRequiredService<DynamoDbLocator>()
                .CheckTableAsync(create: isDevelopment, cancellation)));
    }
}
