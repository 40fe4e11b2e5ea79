using Relay.Backplane.Support;

namespace Relay.Backplane;

/// <summary>The nodes of one test on one server.</summary>
internal sealed class RedisNodes(RedisServer server) : IAsyncDisposable
{
    private readonly List<RedisBackplane> nodes = [];

    public async Task<BackplaneNode> OpenAsync()
    {
        var node = await RedisNode.OpenAsync(RedisNode.Options(server));
        nodes.Add(node);
        return new BackplaneNode(node, node);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in nodes)
        {
            await node.DisposeAsync();
        }
    }
}
