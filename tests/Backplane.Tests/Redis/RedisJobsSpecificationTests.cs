using Relay.Backplane.Specification;
using Relay.Backplane.Support;
using Relay.TestServers;

namespace Relay.Backplane;

[NeedsServer(Kind = ServerKind.Redis)]
public sealed class RedisJobsSpecificationTests(RedisServer server) : SaveJobsSpecification, IClassFixture<RedisServer>
{
    private RedisBackplane? node;

    protected override async Task<JobsNode> StartAsync(SaveJobOptions options)
    {
        await server.CommandAsync("FLUSHALL");
        node = await RedisNode.OpenAsync(RedisNode.Options(server) with { Jobs = options });
        return new JobsNode(node, node);
    }

    protected override async Task StopAsync() => await node!.DisposeAsync();
}
