using System.Globalization;

namespace Relay.Bench.Load;

/// <summary>
/// The servers of one measurement: a single one, or two that share documents over a Redis of their own.
/// </summary>
internal sealed class Servers : IDisposable
{
    private readonly string? directory;

    private Servers(Dialect dialect, Peer? redis, Peer[] nodes, string? directory = null) =>
        (Dialect, Redis, Nodes, this.directory) = (dialect, redis, nodes, directory);

    public Dialect Dialect { get; }

    public Peer? Redis { get; }

    public IReadOnlyList<Peer> Nodes { get; }

    /// <summary>The single one, or the first of two.</summary>
    public Peer First => Nodes[0];

    /// <summary>One node of this project, with its file log.</summary>
    public static async Task<Servers> OneNodeAsync(string root) =>
        new(Dialect.YWebsocket, null, [await Peer.StartRelayAsync(root)]);

    /// <summary>One node of this project that flushes its log in another way.</summary>
    public static async Task<Servers> OneNodeAsync(string root, string fsync)
    {
        var directory = Directory.CreateTempSubdirectory("relay-bench-").FullName;
        return new Servers(Dialect.YWebsocket, null,
            [
                await Peer.StartRelayAsync(
                    root,
                    new() { ["FileStore:Path"] = directory, ["FileStore:Fsync"] = fsync },
                    directory)
            ]);
    }

    /// <summary>The reference server of y-websocket. <c>npm ci</c> in its folder comes first.</summary>
    public static async Task<Servers> OneReferenceAsync(string root, string node) =>
        new(Dialect.YWebsocket, null, [await Peer.StartReferenceAsync(root, node)]);

    /// <summary>ASP.NET's WebSockets with a broadcast and nothing else.</summary>
    public static async Task<Servers> OneBroadcastAsync(string root) =>
        new(Dialect.YWebsocket, null, [await Peer.StartBroadcastAsync(root)]);

    /// <summary>Hocuspocus without Redis. <c>npm ci</c> in its folder comes first.</summary>
    public static async Task<Servers> OneHocuspocusAsync(string root, string node) =>
        new(Dialect.Hocuspocus, null, [await Peer.StartHocuspocusAsync(root, node, null)]);

    /// <summary>Two nodes of this project, whose snapshots are in one directory.</summary>
    public static async Task<Servers> TwoNodesAsync(string root)
    {
        var redis = await Peer.StartRedisAsync();
        var directory = Directory.CreateTempSubdirectory("relay-bench-").FullName;
        Task<Peer> NodeAsync() => Peer.StartMemberAsync(
            root,
            new()
            {
                ["Redis:Configuration"] = redis.Url,
                ["FileStore:Path"] = directory,
                ["FileStore:Shared"] = "true"
            });
        return new Servers(Dialect.YWebsocket, redis, [await NodeAsync(), await NodeAsync()], directory);
    }

    /// <summary>One node of this project, whose log is in Redis; it keeps documents open that were left.</summary>
    public static async Task<Servers> OneNodeWithRedisAsync(string root, int partitions)
    {
        var redis = await Peer.StartRedisAsync();
        var directory = Directory.CreateTempSubdirectory("relay-bench-").FullName;
        var settings = new Dictionary<string, string>
        {
            ["Redis:Configuration"] = redis.Url,
            ["Redis:Partitions"] = partitions.ToString(CultureInfo.InvariantCulture),
            ["FileStore:Path"] = directory,
            ["FileStore:Shared"] = "true",
            ["Documents:IdleTimeout"] = "01:00:00",

            // All of them come from one address, and as fast as the node takes them.
            ["Limits:ConnectionsPerMinute"] = "0",
        };
        return new Servers(Dialect.YWebsocket, redis, [await Peer.StartRelayAsync(root, settings)], directory);
    }

    /// <summary>Two nodes of Hocuspocus. <c>npm ci</c> in its folder comes first.</summary>
    public static async Task<Servers> TwoHocuspocusAsync(string root, string node)
    {
        var redis = await Peer.StartRedisAsync();
        return new Servers(Dialect.Hocuspocus, redis,
            [await Peer.StartHocuspocusAsync(root, node, redis), await Peer.StartHocuspocusAsync(root, node, redis)]);
    }

    public void Dispose()
    {
        foreach (var node in Nodes)
        {
            node.Dispose();
        }

        Redis?.Dispose();
        if (directory is not null)
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
