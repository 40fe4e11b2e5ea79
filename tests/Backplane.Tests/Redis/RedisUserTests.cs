using Relay.Backplane.Support;

namespace Relay.Backplane;

/// <summary>A Redis whose user may do no more than docs/operations.md says.</summary>
public sealed class RedisUserTests : RedisFixture
{
    private const string Password = "a,b=c d";

    private static readonly string[] Rights =
    [
        "~relay:*", "&relay:*", "-@all", "+@read", "+@write", "+@connection", "+@pubsub", "+@scripting", "-@dangerous",
        "+info", "+time", "+wait",
    ];

    [Fact]
    public async Task A_user_with_few_rights_can_do_all_that_a_node_does()
    {
        var replica = await ReplicateAsync();
        await RestrictAsync(Server);
        await RestrictAsync(replica);
        var options = Options with
        {
            Configuration = $"{Server.Address},{replica.Address}",
            User = "relay",
            Password = Password,
        };
        var (node, other) = (await OpenAsync(options with { MinReplicas = 1 }), await OpenAsync(options));
        var name = Sample.Name();
        var recorder = new Recorder();
        await other.SubscribeAsync(name, recorder, default).Soon();
        var positions = await node.FillAsync(name, 3);
        Assert.Equal(["1", "2", "3"], (await recorder.EntriesAsync(3)).Texts());
        await node.CheckpointAsync(name, positions[3], positions[2], default).Soon();
        Assert.Equal(positions[3], await recorder.SavedAsync());
        await node.PublishAwarenessAsync(name, AwarenessKind.Changes, new byte[] { 5 }, default).Soon();
        Assert.Equal([5], await recorder.AwarenessAsync());
        Assert.True((await node.ClaimAsync(name, TimeSpan.FromMinutes(1), default).Soon()).IsGranted);
        Assert.Empty(await other.ClaimOrphanedAsync(10, TimeSpan.FromMinutes(1), default).Soon());
        await node.StoreAsync("node", new byte[] { 7 }, TimeSpan.FromMinutes(1), default).Soon();
        Assert.Single(await other.ListAsync(default).Soon());
        await node.GiveAsync("one"u8.ToArray(), default).Soon();
    }

    [Fact]
    public async Task A_user_with_few_rights_is_connected_again_when_its_connections_were_cut()
    {
        await RestrictAsync(Server);
        var options = Options with { User = "relay", Password = Password };
        var node = await OpenAsync(options);
        var name = Sample.Name();
        var recorder = new Recorder();
        await node.SubscribeAsync(name, recorder, default).Soon();
        Assert.NotEqual("0", await Server.CommandAsync("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"));
        Assert.NotEqual("0", await Server.CommandAsync("CLIENT", "KILL", "TYPE", "pubsub"));
        await InterruptedAsync(recorder);
        var positions = await UntilBackAsync(() => node.FillAsync(name, 1));
        Assert.Equal(positions[1], (await EntryAsync(recorder)).Position);
    }

    [Fact]
    public async Task A_user_with_few_rights_needs_two_more_in_a_cluster()
    {
        var servers = await ServeClusterAsync();
        foreach (var server in servers)
        {
            await RestrictAsync(server, "+cluster|nodes", "+cluster|slots");
        }

        var node = await OpenAsync(RedisNode.Options(servers[0]) with { User = "relay", Password = Password });
        foreach (var name in Enumerable.Range(0, 20).Select(i => Sample.Name($"{i}")))
        {
            var recorder = new Recorder();
            await node.SubscribeAsync(name, recorder, default).Soon();
            await node.FillAsync(name, 2);
            Assert.Equal(["1", "2"], (await recorder.EntriesAsync(2)).Texts());
        }
    }

    private static async Task RestrictAsync(RedisServer server, params string[] more)
    {
        string[] user = ["ACL", "SETUSER", "relay", "on", $">{Password}", .. Rights, .. more];
        Assert.Equal("OK", await server.CommandAsync(user));
    }
}
