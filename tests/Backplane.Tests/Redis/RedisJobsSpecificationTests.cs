using Relay.Backplane.Specification;
using Relay.Backplane.Support;

namespace Relay.Backplane;

public sealed class RedisJobsSpecificationTests(SharedRedis shared) : SaveJobsSpecification, IClassFixture<SharedRedis>
{
    private RedisBackplane? node;

    protected override async Task<JobsNode> StartAsync(SaveJobOptions options)
    {
        await shared.Server.CommandAsync("FLUSHALL");
        node = await RedisNode.OpenAsync(RedisNode.Options(shared.Server) with { Jobs = options });
        return new JobsNode(node, node);
    }

    protected override async Task StopAsync() => await (node?.DisposeAsync() ?? ValueTask.CompletedTask);
}
