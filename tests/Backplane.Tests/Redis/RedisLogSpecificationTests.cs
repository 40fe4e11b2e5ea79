using Relay.Backplane.Specification;
using Relay.Backplane.Support;

namespace Relay.Backplane;

public sealed class RedisLogSpecificationTests(SharedRedis shared)
    : DocumentLogSpecification, IClassFixture<SharedRedis>
{
    private readonly RedisNodes nodes = new(shared.Server);

    protected override Task<BackplaneNode> StartAsync() => nodes.OpenAsync();

    protected override Task<BackplaneNode> JoinAsync(BackplaneNode first) => nodes.OpenAsync();

    protected override async Task StopAsync() => await nodes.DisposeAsync();
}
