using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>A Redis of its own for each test, and nodes that go when the test ends.</summary>
public abstract class RedisFixture : IAsyncLifetime
{
    private readonly List<IAsyncDisposable> nodes = [];
    private readonly List<RedisServer> servers = [];

    protected RedisServer Server { get; private set; } = null!;

    internal virtual string[] ServerArguments => [];

    internal RedisBackplaneOptions Options => RedisNode.Options(Server);

    public async ValueTask InitializeAsync() => Server = await ServeAsync(ServerArguments);

    public async ValueTask DisposeAsync()
    {
        foreach (var node in nodes)
        {
            await node.DisposeAsync().Soon();
        }

        foreach (var server in servers)
        {
            await server.DisposeAsync();
        }
    }

    internal async Task<RedisServer> ServeAsync(params string[] arguments) =>
        Tend(await RedisServer.StartAsync(arguments));

    internal async Task<RedisServer> ServeForClusterAsync() => Tend(await RedisServer.StartForClusterAsync());

    /// <summary>Has the server end with the test.</summary>
    internal RedisServer Tend(RedisServer server)
    {
        servers.Add(server);
        return server;
    }

    /// <summary>Three servers, each with so many replicas.</summary>
    internal async Task<List<RedisServer>> ServeClusterAsync(int replicas = 0)
    {
        var servers = new List<RedisServer>();
        for (var i = 0; i < 3 * (1 + replicas); i++)
        {
            servers.Add(await ServeForClusterAsync());
        }

        string[] addresses = [.. servers.Select(server => server.Address)];
        var created = await servers[0].CommandAsync(
            ["--cluster", "create", .. addresses, "--cluster-replicas", $"{replicas}", "--cluster-yes"]);
        Assert.Contains("All 16384 slots covered", created);
        foreach (var server in servers)
        {
            await Patience.UntilAsync(async () =>
                await server.CommandAsync("CLUSTER", "INFO") is var state
                && state.Contains("cluster_state:ok", StringComparison.Ordinal)
                && state.Contains($"cluster_known_nodes:{servers.Count}", StringComparison.Ordinal));
            await Patience.UntilAsync(async () =>
                await server.CommandAsync("INFO", "replication") is var info
                && (RedisInfo.Value(info, "role") == "slave"
                    ? RedisInfo.Value(info, "master_link_status") == "up"
                    : RedisInfo.Value(info, "connected_slaves") == $"{replicas}"));
        }

        return servers;
    }

    /// <summary>A replica of <see cref="Server"/> that has caught up.</summary>
    internal async Task<RedisServer> ReplicateAsync()
    {
        await Server.CommandAsync("CONFIG", "SET", "repl-diskless-sync-delay", "0");
        var replica = await ServeAsync("--replicaof", "127.0.0.1", $"{Server.Port}");
        await CaughtUpAsync(replica);
        return replica;
    }

    /// <summary>Completes when the replica has what <see cref="Server"/> has now.</summary>
    internal Task CaughtUpAsync(RedisServer replica) => CaughtUpAsync(replica, Server);

    /// <summary>Completes when the replica has what the primary has now.</summary>
    internal static async Task CaughtUpAsync(RedisServer replica, RedisServer primary)
    {
        var goal = Number(await primary.CommandAsync("INFO", "replication"), "master_repl_offset");
        await Patience.UntilAsync(
            async () => await replica.CommandAsync("INFO", "replication") is var info
                && RedisInfo.Value(info, "master_link_status") == "up" && Number(info, "slave_repl_offset") >= goal,
            "the replica to have what its primary has");

        static long Number(string info, string field) =>
            long.TryParse(RedisInfo.Value(info, field), out var number) ? number : -1;
    }

    internal async Task<RedisBackplane> OpenAsync(RedisBackplaneOptions? options = null) =>
        Keep(await RedisNode.OpenAsync(options ?? Options));

    internal T Keep<T>(T node)
        where T : IAsyncDisposable
    {
        nodes.Add(node);
        return node;
    }

    /// <summary>Makes a call until it no longer says that Redis is away.</summary>
    internal static async Task<T> UntilBackAsync<T>(Func<Task<T>> call)
    {
        var end = DateTime.UtcNow.AddSeconds(60);
        while (true)
        {
            try
            {
                return await call().Soon();
            }
            catch (BackplaneUnavailableException) when (DateTime.UtcNow < end)
            {
                await Task.Yield();
            }
        }
    }

    /// <summary>Hears until the listener was interrupted.</summary>
    internal static Task InterruptedAsync(Recorder recorder) => recorder.FirstAsync(heard => heard is "interrupted");

    /// <summary>Hears until an entry comes.</summary>
    internal static async Task<LoggedEntry> EntryAsync(Recorder recorder) =>
        (LoggedEntry)await recorder.FirstAsync(heard => heard is LoggedEntry);

    /// <summary>Hears until an entry comes that is not before the offset.</summary>
    internal static async Task<LoggedEntry> EntryFromAsync(Recorder recorder, long offset) =>
        (LoggedEntry)await recorder.FirstAsync(
            heard => heard is LoggedEntry entry && entry.Position.Offset >= offset, $"an entry from {offset} on");

    internal static string Key(DocumentName name, string kind) =>
        kind switch
        {
            "head" => (string)Keys(name).Head!,
            "log" => (string)Keys(name).Entries!,
            _ => (string)Keys(name).Claim!,
        };

    internal static RedisKeys.DocumentKeys Keys(DocumentName name) => new RedisKeys("relay", 256).Of(name);
}
