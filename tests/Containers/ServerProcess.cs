using DotNet.Testcontainers.Containers;
using Testcontainers.DynamoDb;
using Testcontainers.Minio;
using Testcontainers.PostgreSql;

namespace Relay.TestServers;

/// <summary>A server in a container, where the other tests have a process of this machine.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private readonly IContainer container;

    private ServerProcess(IContainer container, string scheme, int port)
    {
        this.container = container;
        Address = new UriBuilder(scheme, "127.0.0.1", container.GetMappedPublicPort(port)).Uri;
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>DynamoDB Local.</summary>
    public static Task<ServerProcess> StartDynamoDbAsync() =>
        StartAsync(new DynamoDbBuilder("amazon/dynamodb-local:2.5.4").Build(), "http", 8000);

    /// <summary>MinIO, with the keys that the tests use.</summary>
    /// <param name="directory">Where a process would keep its files; a container has its own.</param>
    public static Task<ServerProcess> StartS3Async(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        return StartAsync(
            new MinioBuilder("minio/minio:RELEASE.2025-04-22T22-12-26Z").WithUsername("relay-test")
            .WithPassword("relay-test-secret").Build(), "http", 9000);
    }

    /// <summary>Postgres: user <c>postgres</c>, no password.</summary>
    /// <param name="directory">Where a process would keep its files; a container has its own.</param>
    public static Task<ServerProcess> StartPostgresAsync(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        var builder = new PostgreSqlBuilder("postgres:17-alpine").WithUsername("postgres")
            .WithEnvironment("POSTGRES_HOST_AUTH_METHOD", "trust")
            .WithCommand("-c", "fsync=off", "-c", "max_connections=200");
        return StartAsync(builder.Build(), "postgres", 5432);
    }

    public ValueTask DisposeAsync() => container.DisposeAsync();

    private static async Task<ServerProcess> StartAsync(IContainer container, string scheme, int port)
    {
        await container.StartAsync();
        return new ServerProcess(container, scheme, port);
    }
}
