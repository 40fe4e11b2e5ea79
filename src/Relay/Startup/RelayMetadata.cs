using Relay.DocLocator;
using Relay.Metadata;
using Relay.Persistence.Metadata;
using Relay.Persistence.Metadata.Postgres;

namespace Relay.Startup;

/// <summary>Metadata of rooms, if there is a database for it; otherwise nothing of it exists.</summary>
internal static class RelayMetadata
{
    /// <summary>To be called before the node's other duties are added: this one starts first and stops last.</summary>
    /// <param name="services">The node's services.</param>
    /// <param name="settings">Where the database is.</param>
    /// <param name="node">This start of this node, as other nodes know it.</param>
    public static void AddRoomMetadata(this IServiceCollection services, PostgresOptions settings, NodeIdentity node)
    {
        services.AddSingleton<MetadataState>();
        if (settings.ConnectionString is not { } connectionString)
        {
            return;
        }

        var options = new PostgresMetadataOptions
        {
            ConnectionString = connectionString,
            RootCertificates = settings.RootCertificates,
            Address = node.Address,
            Incarnation = node.Incarnation,
            KeepConnections = settings.KeepConnections,
        };
        services.AddSingleton(new MetadataWriterOptions());
        services.AddSingleton(provider => new RoomRecorder(provider.GetRequiredService<Telemetry.RelayMetrics>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(_ => new PostgresMetadataWriter(options));
        services.AddSingleton<IRoomMetadata>(_ => new PostgresRoomMetadata(options));
        services.AddHostedService<MetadataWriter>();
    }
}
