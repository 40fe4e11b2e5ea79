namespace Relay.Bench.Load;

/// <summary>One kind of server of a comparison.</summary>
internal sealed record Contender(string Name, Func<Task<Servers>> StartAsync)
{
    public static Contender Node(string root) => new("node", () => Servers.OneNodeAsync(root));

    public static Contender Reference(string root, string node) => new("y-websocket-server", () => Servers.OneReferenceAsync(root, node));

    public static Contender Broadcast(string root) => new("broadcast", () => Servers.OneBroadcastAsync(root));

    public static Contender Hocuspocus(string root, string node) => new("hocuspocus", () => Servers.OneHocuspocusAsync(root, node));
}
