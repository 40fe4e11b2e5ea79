using System.Globalization;
using Testcontainers.Redis;

namespace Relay.TestServers;

/// <summary>A Redis of a test, in a container of its own.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private const int InnerPort = 6379;

    private readonly RedisContainer container;

    private RedisServer(RedisContainer container) => this.container = container;

    public int Port => container.GetMappedPublicPort(InnerPort);

    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>Starts a server that persists nothing, unless the arguments say otherwise.</summary>
    public static async Task<RedisServer> StartAsync(params string[] arguments)
    {
        ServerPrograms.Require(ServerKind.Redis);
        var builder = new RedisBuilder("redis:7.2-alpine")
            .WithCommand(["redis-server", "--save", "", "--appendonly", "no", .. arguments]);
        var server = new RedisServer(builder.Build());
        await server.container.StartAsync();
        return server;
    }

    /// <summary>Starts a server that can become one of a cluster.</summary>
    public static Task<RedisServer> StartForClusterAsync() => StartAsync("--cluster-enabled", "yes");

    public ValueTask DisposeAsync() => container.DisposeAsync();

    /// <summary>Sends a command as redis-cli does, and answers its output.</summary>
    public async Task<string> CommandAsync(params string[] command)
    {
        var result = await container.ExecAsync(["redis-cli", .. command]).WaitAsync(TimeSpan.FromSeconds(60));
        return result.Stdout.TrimEnd();
    }
}
