namespace Relay.Bench.Load;

/// <summary>One kind of server of a comparison.</summary>
internal sealed record Contender(string Name, Func<Task<Servers>> StartAsync)
{
    public static Contender Node(string root) => new("node", () => Servers.OneNodeAsync(root));

    /// <summary>The node that is built in other checkouts of this repository, named by their directories.</summary>
    public static IEnumerable<Contender> Beside(string directories, Func<string, Task<Servers>> startAsync) =>
        directories.Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(directory => new Contender(Path.GetFileName(directory), () => startAsync(directory)));

    /// <summary>Nodes that flush their log in other ways (<c>FileStore:Fsync</c>), named by them.</summary>
    public static IEnumerable<Contender> Flushing(string root, string policies) =>
        policies.Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(policy => new Contender($"fsync {policy}", () => Servers.OneNodeAsync(root, policy)));

    public static Contender Reference(string root, string node) =>
        new("y-websocket-server", () => Servers.OneReferenceAsync(root, node));

    public static Contender Broadcast(string root) => new("broadcast", () => Servers.OneBroadcastAsync(root));

    public static Contender Hocuspocus(string root, string node) =>
        new("hocuspocus", () => Servers.OneHocuspocusAsync(root, node));
}
