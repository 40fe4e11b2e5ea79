namespace Relay.TestServers;

/// <summary>A Redis for all tests of a class.</summary>
public sealed class SharedRedis : IAsyncLifetime
{
    private RedisServer? server;

    /// <summary>The server. A test that asks for it is skipped where Redis is not installed.</summary>
    public RedisServer Server
    {
        get
        {
            ServerPrograms.Require(ServerKind.Redis);
            return server!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (ServerPrograms.MissingReason(ServerKind.Redis) is null)
        {
            server = await RedisServer.StartAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }
    }
}
