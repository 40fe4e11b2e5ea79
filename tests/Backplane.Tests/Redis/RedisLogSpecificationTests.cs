using Relay.Backplane.Specification;
using Relay.Backplane.Support;
using Relay.TestServers;

namespace Relay.Backplane;

[NeedsServer(Kind = ServerKind.Redis)]
public sealed class RedisLogSpecificationTests(RedisServer server)
    : DocumentLogSpecification, IClassFixture<RedisServer>
{
    private readonly RedisNodes nodes = new(server);

    protected override Task<BackplaneNode> StartAsync() => nodes.OpenAsync();

    protected override Task<BackplaneNode> JoinAsync(BackplaneNode first) => nodes.OpenAsync();

    protected override async Task StopAsync() => await nodes.DisposeAsync();
}
