using Relay.Backplane;
using Relay.DocLocator;
using Relay.Metadata;
using Relay.Persistence.Metadata;
using Relay.Persistence.Metadata.Postgres;
using Relay.Persistence.Metadata.Sqlite;
using Relay.Sessions;

namespace Relay.Startup;

/// <summary>
/// Metadata of documents: in Postgres, or else in a file of a node that is alone. Several nodes without Postgres keep
/// none, and no part of this exists there.
/// </summary>
internal static class RelayMetadata
{
    /// <summary>The file, below <c>FileStore:Path</c>.</summary>
    public const string FileName = "metadata.db";

    /// <summary>To be called before the node's other duties are added: this one starts first and stops last.</summary>
    /// <param name="services">The node's services.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="node">This start of this node, as other nodes know it.</param>
    public static void AddRoomMetadata(this IServiceCollection services, RelaySettings settings, NodeIdentity node)
    {
        services.AddSingleton<MetadataState>();
        if (settings.Postgres.ConnectionString is { } connectionString)
        {
            services.AddPostgres(settings.Postgres, connectionString, node);
        }
        else if (settings.KeepsMetadataFile)
        {
            services.AddFile(settings, node);
        }
        else
        {
            return;
        }

        services.AddSingleton(new MetadataWriterOptions { AwaitsStore = !settings.KeepsMetadataFile });
        services.AddSingleton(
            provider => new RoomRecorder(provider.GetRequiredService<Telemetry.RelayMetrics>(),
                provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IRoomRecorder>(provider => provider.GetRequiredService<RoomRecorder>());
        services.AddHostedService<MetadataWriter>();
    }

    private static void AddPostgres(
        this IServiceCollection services, PostgresOptions settings, string connectionString, NodeIdentity node)
    {
        var options = new PostgresMetadataOptions
        {
            ConnectionString = connectionString,
            RootCertificates = settings.Authorities(),
            Address = node.Address,
            Incarnation = node.Incarnation,
            KeepConnections = settings.KeepConnections,
        };
        services.AddSingleton<IRoomMetadataWriter>(_ => new PostgresMetadataWriter(options));
        services.AddSingleton<IRoomMetadata>(_ => new PostgresRoomMetadata(options));
    }

    private static void AddFile(this IServiceCollection services, RelaySettings settings, NodeIdentity node)
    {
        var options = new SqliteMetadataOptions
        {
            Path = Path.GetFullPath(Path.Combine(settings.FileStore.Path, FileName)),
            Address = node.Address,
            Incarnation = node.Incarnation,
            KeepConnections = settings.Postgres.KeepConnections,
        };
        services.AddSingleton<IRoomMetadataWriter>(provider =>
        {
            // Makes the directory and locks it: from then on the file belongs to this process alone.
            provider.GetRequiredService<FileLog>();
            return new SqliteMetadataWriter(options, provider.GetRequiredService<TimeProvider>());
        });
        services.AddSingleton<IRoomMetadata>(
            provider => new SqliteRoomMetadata(options, provider.GetRequiredService<TimeProvider>()));
    }
}
