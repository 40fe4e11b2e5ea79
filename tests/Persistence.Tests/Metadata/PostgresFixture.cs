using Npgsql;
using Relay.Persistence.Metadata.Postgres;

namespace Relay.Persistence.Metadata;

/// <summary>A Postgres for all tests that need one.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private readonly TemporaryDirectory directory = new();

    /// <summary>Where the server keeps everything: it can be started there again.</summary>
    internal string Directory => Path.Combine(directory.Path, "server");

    internal ServerProcess? Server { get; set; }

    public async ValueTask InitializeAsync()
    {
        if (ServerPrograms.MissingReason(ServerKind.Postgres) is null)
        {
            Server = await ServerProcess.StartPostgresAsync(Directory);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Server is not null)
        {
            await Server.DisposeAsync();
        }

        directory.Dispose();
    }

    /// <summary>A new database, and the options of a node that uses it.</summary>
    internal async Task<PostgresMetadataOptions> NewDatabaseAsync()
    {
        ServerPrograms.Require(ServerKind.Postgres);
        var address = new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = Server!.Address.Port,
            Username = "postgres",
            Database = "postgres",
            Pooling = false
        };
        var name = $"relay_{Guid.NewGuid():n}";
        await using var connection = new NpgsqlConnection(address.ConnectionString);
        await connection.OpenAsync().Soon();
        await using var command = new NpgsqlCommand($"create database {name}", connection);
        await command.ExecuteNonQueryAsync().Soon();
        address.Database = name;
        return new PostgresMetadataOptions
        {
            ConnectionString = address.ConnectionString,
            Address = "127.0.0.1:1",
            Incarnation = Guid.NewGuid().ToString("n"),
            KeepConnections = TimeSpan.FromDays(30),
            CallTimeout = TimeSpan.FromSeconds(25),
        };
    }
}
