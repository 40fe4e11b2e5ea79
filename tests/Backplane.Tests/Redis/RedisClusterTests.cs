using Relay.Backplane.Support;
using Relay.TestServers;

namespace Relay.Backplane;

/// <summary>A cluster of three servers.</summary>
[NeedsServer(Kind = ServerKind.Redis)]
public sealed class RedisClusterTests : RedisFixture
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    [ServerFact]
    public async Task Logs_channels_jobs_and_reports_work_on_a_cluster()
    {
        var servers = new List<RedisServer>();
        for (var i = 0; i < 3; i++)
        {
            servers.Add(await ServeForClusterAsync());
        }

        var created = await servers[0].CommandAsync(["--cluster", "create", .. servers.Select(server => server.Address), "--cluster-yes"]);
        Assert.Contains("All 16384 slots covered", created);
        foreach (var server in servers)
        {
            while (!(await server.CommandAsync("CLUSTER", "INFO")).Contains("cluster_state:ok", StringComparison.Ordinal))
            {
                await Task.Yield();
            }
        }

        var options = RedisNode.Options(servers[0]);
        var (one, two) = (await OpenAsync(options), await OpenAsync(options));
        var names = Enumerable.Range(0, 40).Select(i => Sample.Name($"}} {i}")).ToArray();
        foreach (var name in names)
        {
            var recorder = new Recorder();
            await two.SubscribeAsync(name, recorder, default).Soon();
            var positions = await one.FillAsync(name, 4);
            Assert.Equal(["1", "2", "3", "4"], (await recorder.EntriesAsync(4)).Texts());
            await two.CheckpointAsync(name, positions[3], positions[2], default).Soon();
            Assert.Equal(positions[3], await recorder.SavedAsync());
            await one.PublishAwarenessAsync(name, AwarenessKind.Changes, new byte[] { 5 }, default).Soon();
            Assert.Equal([5], await recorder.AwarenessAsync());
            Assert.Equal(["3", "4"], (await two.ReadAsync(name, positions[2], default).Soon()).Entries.Texts());
            Assert.True((await one.ClaimAsync(name, Lease, default).Soon()).IsGranted);
            Assert.False((await two.ClaimAsync(name, Lease, default).Soon()).IsGranted);
        }

        Assert.Equal(40, (await two.ListAsync(100, default).Soon()).Count);
        await one.StoreAsync("node", new byte[] { 7 }, Lease, default).Soon();
        Assert.Equal([7], Assert.Single(await two.ListAsync(default).Soon()).ToArray());
        foreach (var server in servers)
        {
            Assert.NotEqual("0", await server.CommandAsync("DBSIZE"));
        }
    }

    [ServerFact]
    public async Task Replicas_cannot_be_asked_for_in_a_cluster()
    {
        var server = await ServeForClusterAsync();
        await server.CommandAsync("CLUSTER", "ADDSLOTSRANGE", "0", "16383");

        var refused = await Assert.ThrowsAsync<RedisStartException>(() => OpenAsync(RedisNode.Options(server) with { MinReplicas = 1 }));

        Assert.StartsWith("Redis:MinReplicas", refused.Message);
    }
}
