using System.Globalization;
using Testcontainers.Redis;

namespace Relay.Backplane.Support;

/// <summary>A Redis of a test, in a container of its own.</summary>
public sealed class RedisServer : IAsyncLifetime
{
    private const int InnerPort = 6379;

    private RedisContainer container = null!;
    private string[] arguments = [];

    public int Port => container.GetMappedPublicPort(InnerPort);

    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>Starts a server that persists nothing, unless the arguments say otherwise.</summary>
    public static async Task<RedisServer> StartAsync(params string[] arguments)
    {
        var server = new RedisServer { arguments = arguments };
        await server.InitializeAsync();
        return server;
    }

    /// <summary>Starts a server that can become one of a cluster.</summary>
    public static Task<RedisServer> StartForClusterAsync() => StartAsync("--cluster-enabled", "yes");

    public async Task InitializeAsync()
    {
        container = new RedisBuilder("redis:7.2-alpine")
            .WithCommand(["redis-server", "--save", "", "--appendonly", "no", .. arguments]).Build();
        await container.StartAsync();
    }

    public async Task DisposeAsync() => await container.DisposeAsync();

    /// <summary>Sends a command as redis-cli does, and answers its output.</summary>
    public async Task<string> CommandAsync(params string[] command)
    {
        var result = await container.ExecAsync(["redis-cli", .. command]).Soon();
        return result.Stdout.TrimEnd();
    }
}
