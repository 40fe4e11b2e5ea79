using Relay.Backplane.Specification;
using Relay.Backplane.Support;
using Relay.TestServers;

namespace Relay.Backplane;

[NeedsServer(Kind = ServerKind.Redis)]
public sealed class RedisChannelSpecificationTests(RedisServer server)
    : DocumentChannelSpecification, IClassFixture<RedisServer>
{
    private readonly RedisNodes nodes = new(server);

    [ServerFact]
    public async Task Awareness_reaches_the_listeners_of_other_nodes_and_only_those()
    {
        var name = Sample.Name();
        var (own, others) = (new Recorder(), new Recorder());
        await Channel.SubscribeAsync(name, own, default).Soon();
        await Other.Channel.SubscribeAsync(name, others, default).Soon();
        var memory = new byte[] { 7, 8, 9 };

        await Channel.PublishAwarenessAsync(name, AwarenessKind.Changes, memory, default).Soon();
        Array.Clear(memory);
        await Other.Channel.PublishAwarenessAsync(name, AwarenessKind.Changes, new byte[] { 4 }, default).Soon();

        Assert.Equal([7, 8, 9], await others.AwarenessAsync());
        Assert.Equal([4], await own.AwarenessAsync());
        Assert.True(own.HeardNothingMore && others.HeardNothingMore);
    }

    [ServerFact]
    public async Task Everything_that_is_told_about_presence_says_which_start_of_which_node_tells_it()
    {
        var name = Sample.Name();
        var others = new Recorder();
        await Channel.SubscribeAsync(name, others, default).Soon();
        var options = RedisNode.Options(server) with { Incarnation = "this start" };
        await using var known = await RedisNode.OpenAsync(options);
        foreach (var kind in Enum.GetValues<AwarenessKind>())
        {
            await known.PublishAwarenessAsync(name, kind, new[] { (byte)kind }, default).Soon();
            var told = await others.AwarenessNoteAsync();
            Assert.Equal((ChannelNode.IdOf("this start"), kind), (told.Node, told.Kind));
            Assert.Equal([(byte)kind], told.Content);
        }
    }

    protected override Task<BackplaneNode> StartAsync() => nodes.OpenAsync();

    protected override Task<BackplaneNode> JoinAsync(BackplaneNode first) => nodes.OpenAsync();

    protected override async Task StopAsync() => await nodes.DisposeAsync();
}
