using Relay.Backplane.Specification;
using Relay.Backplane.Support;
using Relay.TestServers;

namespace Relay.Backplane;

[NeedsServer(Kind = ServerKind.Redis)]
public sealed class RedisLogSpecificationTests(RedisServer server) : DocumentLogSpecification, IClassFixture<RedisServer>
{
    private readonly List<RedisBackplane> nodes = [];

    protected override Task<BackplaneNode> StartAsync() => OpenAsync();

    protected override Task<BackplaneNode> JoinAsync(BackplaneNode first) => OpenAsync();

    protected override async Task StopAsync()
    {
        foreach (var node in nodes)
        {
            await node.DisposeAsync();
        }
    }

    private async Task<BackplaneNode> OpenAsync()
    {
        var node = await RedisNode.OpenAsync(RedisNode.Options(server));
        nodes.Add(node);
        return new BackplaneNode(node, node);
    }
}
