using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Relay.Access;
using Relay.Api;
using Relay.Api.Description;
using Relay.Backplane;
using Relay.Connections;
using Relay.Health;
using Relay.Links;
using Relay.Logging;
using Relay.Peers;
using Relay.Persistence;
using Relay.Problems;
using Relay.Protocols.Hocuspocus;
using Relay.Protocols.YWebSocket;
using Relay.Reports;
using Relay.Sessions;
using Relay.Sockets;
using Relay.Sockets.Backpressure;
using Relay.Sockets.WebSockets;
using Relay.Telemetry;

namespace Relay.Startup;

/// <summary>Puts the node together: the one place that knows which implementation of each seam is in use.</summary>
internal static class RelayServices
{
    /// <summary>How many sessions of the node put their document together anew at once.</summary>
    private const int ReconcileAtOnce = 4;

    /// <exception cref="SettingsException">The settings are refused.</exception>
    public static WebApplicationBuilder AddRelay(this WebApplicationBuilder builder)
    {
        var settings = RelaySettings.Read(builder.Configuration, builder.Environment.IsDevelopment());
        var services = builder.Services;

        // What the host throws at the start and at the stop, Program says in one sentence; the host would log it with
        // all its stacks first.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        GuardedLoggerFactory.Add(services);
        services.AddSingleton(settings);
        services.AddSingleton(settings.Shutdown);
        services.TryAddSingleton(TimeProvider.System);
        services.Configure<HostOptions>(
            host => host.ShutdownTimeout = settings.Shutdown.DrainTime + settings.Shutdown.SaveTime
            + TimeSpan.FromSeconds(10));
        services.AddSingleton<NodeState>();
        var address = settings.Internal.Port > 0
            ? NodeAddress.Find(settings, Environment.GetEnvironmentVariable(NodeAddress.MetadataVariable))
            : null;
        services.AddStores(settings, address, builder.Environment.IsDevelopment());
        services.AddPeers(settings, address);
        services.AddSessions(settings);
        services.AddAccess(settings);
        services.AddConnections(settings.Limits);
        services.AddSingleton<SharedReads>();
        services.AddSingleton(provider => new HeldStates(
            new BufferBudget(settings.Limits.MaxBufferedBytes, provider.GetRequiredService<TimeProvider>())));
        services.AddSingleton<DocumentStates>();
        services.AddSingleton<DocumentWriter>();
        services.AddSingleton<SharedSnapshots>();
        services.AddSingleton<StoredSnapshots>();
        services.AddSingleton<DocumentEndpoint>();
        services.AddSingleton<UpdatesEndpoint>();
        services.AddSingleton<DocumentLifeEndpoint>();
        services.AddSingleton<SnapshotsEndpoint>();
        services.AddSingleton<SnapshotRestoreEndpoint>();
        services.AddSingleton<SnapshotSetAsideEndpoint>();
        services.AddSingleton<LogSetAsideEndpoint>();
        services.AddSingleton<SharedJobs>();
        services.AddSingleton<JobsEndpoint>();
        services.AddSingleton<DocumentSaver>();
        services.AddSingleton<SaveEndpoint>();
        services.AddSingleton(provider => new DrainEndpoint(provider.GetRequiredService<NodeLifetime>().Drain));
        services.AddSingleton<RefusalPages>();
        services.AddSingleton<RoomMetadataEndpoint>();
        services.ConfigureHttpJsonOptions(ApiFormat.Configure);
        services.AddSingleton<DescriptionEndpoint>();
        services.AddReports();
        services.AddResponseCompression(compression => compression.EnableForHttps = true);
        services.AddTelemetry(builder.Configuration);
        services.AddReadinessChecks();
        services.AddDuties();
        return builder;
    }

    private static void AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(provider => new RelayMetrics(new NodeGauges(
            () => provider.GetRequiredService<ConnectionRegistry>().Count,
            () => provider.GetRequiredService<SessionRegistry>().Count,
            () => provider.GetRequiredService<SessionRegistry>().Totals.Unsaved,
            () => provider.GetRequiredService<NodeState>().IsReady,
            () => provider.GetRequiredService<BufferBudget>().Used,
            () => provider.GetRequiredService<NodeMemory>().Used,
            () => provider.GetRequiredService<AnswerBudget>().Used)));
        services.AddSingleton(provider => provider.GetRequiredService<RelayMetrics>().Sessions);
        services.AddSingleton(provider => provider.GetRequiredService<RelayMetrics>().Sockets);
        services.AddExporters(configuration);
    }

    /// <summary>How the nodes do, for those who look.</summary>
    private static void AddReports(this IServiceCollection services)
    {
        services.AddSingleton<NodeReporter>();
        services.AddSingleton<ClusterReporter>();
        services.TryAddSingleton(new DashboardFeedOptions());
        services.AddSingleton<DashboardFeed>();
        services.AddSingleton<NodesEndpoint>();
        services.AddSingleton<PresenceEndpoint>();
        services.AddSingleton<DashboardEndpoint>();
    }

    /// <summary>
    /// In the order of their start. They stop in the reverse order, so that clients go first, and then what they need.
    /// </summary>
    private static void AddDuties(this IServiceCollection services)
    {
        services.TryAddSingleton(new StartCheckOptions());
        services.AddSingleton(new HeartbeatOptions());
        services.AddSingleton(new OrphanedDocumentOptions());
        services.AddHostedService<StartChecks>();
        services.AddHostedService<LocatorHeartbeat>();
        services.AddSingleton<NodeLifetime>();
        services.AddHostedService(provider => provider.GetRequiredService<NodeLifetime>());
        services.AddHostedService<OrphanedDocumentSaver>();
        services.AddSingleton<IHeap, RuntimeHeap>();
        services.AddSingleton(new QuietCollectionOptions());
        services.AddHostedService<QuietCollection>();
    }

    /// <summary>The listener for other nodes, and the one who asks them.</summary>
    private static void AddPeers(this IServiceCollection services, RelaySettings settings, IPEndPoint? address)
    {
        if (address is null)
        {
            services.AddSingleton<IPeers, NoPeers>();
            services.AddSingleton<IPeerPresence, NoPeers>();
            return;
        }

        var secret = settings.Internal.ToProof() ?? PeerSecret.Development;
        var hasLinks = settings.Redis.Configuration is not null;
        var options = new PeerOptions { MaxBytes = 2 * settings.Limits.MaxDocumentBytes };
        services.AddSingleton(provider => new PeerGate(
            address.ToString(),
            secret,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<PeerGate>>()));
        services.AddSingleton(provider => new PeerStateEndpoint(
            provider.GetRequiredService<SessionRegistry>().TryShare,
            provider.GetRequiredService<SessionRegistry>().TryShowPresence,
            provider.GetRequiredService<PeerGate>(),
            secret,
            options,
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new PeerClient(
            address.ToString(), secret, options, provider.GetRequiredService<TimeProvider>(), Random.Shared.Next,
                provider.GetRequiredService<ILogger<PeerClient>>()));
        services.AddSingleton<IPeers>(provider => provider.GetRequiredService<PeerClient>());
        services.AddSingleton<IPeerPresence>(provider => provider.GetRequiredService<PeerClient>());
        services.AddHostedService(provider => new InternalListener(
            NodeAddress.ToListenAt(address, settings.Internal), provider.GetRequiredService<PeerStateEndpoint>(),
                hasLinks ? provider.GetRequiredService<LinkEndpoint>().HandleAsync : null,
                provider.GetRequiredService<ILoggerFactory>()));
        if (hasLinks)
        {
            services.AddLinks(secret);
            services.AddHostedService<LinkLifetime>();
        }
    }

    private static void AddSessions(this IServiceCollection services, RelaySettings settings)
    {
        var limits = settings.Limits;
        services.AddSingleton(settings.ForSessions());
        services.AddSingleton(provider => provider.GetRequiredService<SessionSettings>().Content);
        services.AddSingleton(provider => new DurableStateReader(
            provider.GetRequiredService<IDocumentLog>(),
            provider.GetRequiredService<ISnapshotStore>(),
            provider.GetRequiredService<IContentKind>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<DurableStateReader>>()));
        services.AddSingleton(new ReconcileGate(ReconcileAtOnce));
        services.AddSingleton(new NodeMemory(limits.MaxOpenBytes));
        services.AddSingleton(new AnswerBudget(limits.MaxBufferedBytes));
        services.AddSingleton(provider => SessionEnvironment.For(
            provider.GetRequiredService<TimeProvider>(), InlineScheduler.Instance));
        services.AddSingleton<SessionServices>();
        services.AddSingleton<DocumentLife>();
        services.AddSingleton<LogRenewal>();
        services.AddSingleton<BadSnapshots>();
        services.AddSingleton<BadLogs>();
        services.AddSingleton<SessionRegistry>();
    }

    private static void AddConnections(this IServiceCollection services, LimitsOptions limits)
    {
        services.AddSingleton(limits.ForConnections());
        services.AddSingleton(new UserPlaces(limits.MaxConnectionsPerUser));
        services.AddSingleton(
            provider => new BufferBudget(limits.MaxBufferedBytes, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<UnadmittedBudget>();
        services.AddSingleton(provider => new ReturnDelays(provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new WaitingRoom(
            provider.GetRequiredService<ReturnDelays>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping));
        services.AddSingleton(provider => new ConnectionRegistry(
            limits.MaxConnections,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<DescriptorBudget>()));
        services.TryAddSingleton(DescriptorBudget.OfThisProcess());
        services.TryAddSingleton(SocketTimes.Default);
        services.AddSingleton<SocketTicks>();
        services.AddSingleton<IConnectionListenerFactory, ClientListenerFactory>();
        services.AddSingleton<YWebSocketEndpoint>();
        services.TryAddSingleton<ITokenVerifier, OpenAccess>();
        services.AddSingleton<HocuspocusEndpoint>();
    }
}
