namespace Relay.Bench.Load;

/// <summary>Two nodes that share documents over a Redis of their own.</summary>
internal sealed class Pair : IDisposable
{
    private readonly string? directory;

    private Pair(Dialect dialect, Peer redis, Peer first, Peer second, string? directory) => (Dialect, Redis, First, Second, this.directory) = (dialect, redis, first, second, directory);

    public Dialect Dialect { get; }

    public Peer Redis { get; }

    public Peer First { get; }

    public Peer Second { get; }

    /// <summary>Two nodes of this project, whose snapshots are in one directory.</summary>
    public static async Task<Pair> StartRelayAsync(string root)
    {
        var redis = await Peer.StartRedisAsync();
        var directory = Directory.CreateTempSubdirectory("relay-bench-").FullName;
        Task<Peer> NodeAsync() => Peer.StartRelayAsync(
            root,
            new() { ["Redis:Configuration"] = redis.Url, ["FileStore:Path"] = directory, ["FileStore:Shared"] = "true" });
        return new Pair(Dialect.YWebsocket, redis, await NodeAsync(), await NodeAsync(), directory);
    }

    /// <summary>Two nodes of Hocuspocus. <c>npm ci</c> in its folder comes first.</summary>
    public static async Task<Pair> StartHocuspocusAsync(string root, string node)
    {
        var redis = await Peer.StartRedisAsync();
        return new Pair(Dialect.Hocuspocus, redis, await Peer.StartHocuspocusAsync(root, node, redis), await Peer.StartHocuspocusAsync(root, node, redis), null);
    }

    public void Dispose()
    {
        First.Dispose();
        Second.Dispose();
        Redis.Dispose();
        if (directory is not null)
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
