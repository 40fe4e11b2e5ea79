using System.Globalization;
using Relay.Bench.Load;

namespace Relay.Bench.Hostile;

/// <summary>A server that an input is sent to, for one input only, with all that is connected to it.</summary>
internal sealed class Target : IDisposable
{
    private const string Secret = "only-for-measuring-0123456789abcdef";

    private readonly Peer server;
    private readonly List<IDisposable> kept = [];
    private int names;

    private Target(Peer server, string path)
    {
        this.server = server;
        Sockets = new Uri(server.Url[..server.Url.LastIndexOf(':')] + $":{new Uri(server.Url).Port}{path}");
    }

    /// <summary>Where Hocuspocus providers connect.</summary>
    public Uri Sockets { get; }

    /// <summary>Its address over HTTP, without a path.</summary>
    public Uri Http => new($"http://127.0.0.1:{Sockets.Port}/");

    /// <summary>What is asked to see whether it lives.</summary>
    public required string HealthPath { get; init; }

    public int ProcessId => server.Id;

    /// <summary>A token that may write everything.</summary>
    public static string Writer { get; } = Messages.Sign(Secret, "write", "writer");

    /// <summary>A token that may read everything.</summary>
    public static string Reader { get; } = Messages.Sign(Secret, "read", "reader");

    /// <summary>A node of this project, with its file log.</summary>
    /// <param name="build">The root of the repository whose build it is.</param>
    /// <param name="settings">Below <c>Relay:</c>, in the place of others of these names.</param>
    public static async Task<Target> StartRelayAsync(string build, IReadOnlyDictionary<string, string> settings)
    {
        var directory = Directory.CreateTempSubdirectory("relay-bench-").FullName;
        var all = new Dictionary<string, string>
        {
            ["FileStore:Path"] = directory,
            ["Auth:Mode"] = "jwt",
        };
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        if (!all.ContainsKey("Auth:Jwt:JwksUrl"))
        {
            all["Auth:Jwt:Secret"] = Secret;
        }

        var peer = await Peer.StartRelayAsync(build, all, directory);
        return new Target(peer, "/hocuspocus") { HealthPath = "/health/live" };
    }

    /// <summary>The reference server of Hocuspocus, which keeps documents in memory.</summary>
    public static async Task<Target> StartHocuspocusAsync(string root, string node) =>
        new(await Peer.StartHocuspocusAsync(root, node, redis: null, Secret), "/") { HealthPath = "/" };

    /// <summary>A document's name that nobody has used.</summary>
    public string NewName() => $"hostile {(++names).ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Keeps something until the end.</summary>
    public T Keep<T>(T connection)
        where T : IDisposable
    {
        kept.Add(connection);
        return connection;
    }

    /// <summary>A socket that has shown no token yet.</summary>
    public async Task<Intruder> ConnectAsync(bool reads = true) =>
        Keep(await Intruder.ConnectAsync(Sockets, reads));

    /// <summary>A client that has opened a document, as a stock provider does.</summary>
    public async Task<Intruder> JoinAsync(string document, string token)
    {
        var client = await ConnectAsync();
        await client.SendAsync(Messages.Token(document, token));
        await client.HasAsync(Answer.Authenticated);
        await client.SendAsync(Messages.Question(document));
        await client.HasAsync(Answer.State);
        await client.HasAsync(Answer.Question);
        await client.SendAsync(Messages.EmptyAnswer(document));
        await client.HasAsync(Answer.Status);
        return client;
    }

    public void Dispose()
    {
        foreach (var connection in kept)
        {
            connection.Dispose();
        }

        server.Dispose();
    }
}
