using DotNet.Testcontainers.Containers;
using Testcontainers.LocalStack;
using Testcontainers.PostgreSql;

namespace Relay.TestServers;

/// <summary>A server in a container, where the other tests have a process of this machine.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private const string LocalStackImage = "localstack/localstack:4.9.2";

    private readonly IContainer container;

    private ServerProcess(IContainer container, string scheme, int port)
    {
        this.container = container;
        Address = new UriBuilder(scheme, "127.0.0.1", container.GetMappedPublicPort(port)).Uri;
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>LocalStack's DynamoDB.</summary>
    public static Task<ServerProcess> StartDynamoDbAsync() => StartLocalStackAsync(ServerKind.DynamoDb, "dynamodb");

    /// <summary>LocalStack's S3; it takes any keys.</summary>
    /// <param name="directory">Where a process would keep its files; a container has its own.</param>
    public static Task<ServerProcess> StartS3Async(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        return StartLocalStackAsync(ServerKind.S3, "s3");
    }

    /// <summary>Postgres: user <c>postgres</c>, no password.</summary>
    /// <param name="directory">Where a process would keep its files; a container has its own.</param>
    public static Task<ServerProcess> StartPostgresAsync(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ServerPrograms.Require(ServerKind.Postgres);
        var builder = new PostgreSqlBuilder("postgres:17-alpine")
            .WithUsername("postgres")
            .WithEnvironment("POSTGRES_HOST_AUTH_METHOD", "trust")
            .WithCommand("-c", "fsync=off", "-c", "max_connections=200");
        return StartAsync(builder.Build(), "postgres", 5432);
    }

    public ValueTask DisposeAsync() => container.DisposeAsync();

    private static Task<ServerProcess> StartLocalStackAsync(ServerKind kind, string service)
    {
        ServerPrograms.Require(kind);
        var builder = new LocalStackBuilder(LocalStackImage).WithEnvironment("SERVICES", service);
        return StartAsync(builder.Build(), "http", LocalStackBuilder.LocalStackPort);
    }

    private static async Task<ServerProcess> StartAsync(IContainer container, string scheme, int port)
    {
        await container.StartAsync();
        return new ServerProcess(container, scheme, port);
    }
}
