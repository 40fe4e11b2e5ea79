using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>A cluster of three servers.</summary>
public sealed class RedisClusterTests : RedisFixture
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private RedisBackplane? patient;

    [Fact]
    public async Task Logs_channels_jobs_and_reports_work_on_a_cluster()
    {
        var servers = await ServeClusterAsync();
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

    [Fact]
    public async Task Each_servers_own_replicas_confirm_what_is_appended_there()
    {
        var servers = await ServeClusterAsync(replicas: 1);
        var options = RedisNode.Options(servers[0]) with
        {
            MinReplicas = 1,
            Deadline = TimeSpan.FromSeconds(6),
            LogEndCheckInterval = TimeSpan.FromHours(1),
        };
        var (node, other) = (await OpenAsync(options), await OpenAsync(options));
        var names = Enumerable.Range(0, 40).Select(i => Sample.Name($"{i}")).ToArray();
        var recorders = names.ToDictionary(name => name, _ => new Recorder());
        foreach (var name in names)
        {
            await other.SubscribeAsync(name, recorders[name], default).Soon();
        }

        var ends = new List<Position[]>();
        foreach (var name in names)
        {
            ends.Add(await FillAsync(options, name, 3));
        }

        foreach (var name in names)
        {
            Assert.Equal(["1", "2", "3"], (await recorders[name].EntriesAsync(3)).Texts());
            var read = await UntilBackAsync(() => other.ReadAsync(name, Position.None, default).AsTask());
            Assert.Equal(3, read.Entries.Count);
        }

        // The replicas of one server stand still: what is there waits, what is elsewhere goes on.
        var (primary, replica) = await ReplicatedAsync(servers, names[0]);
        var isThere = new List<bool>();
        foreach (var name in names)
        {
            isThere.Add(await primary.CommandAsync("EXISTS", Key(name, "head")) == "1");
        }

        Assert.Contains(false, isThere);
        replica.Signal("STOP");
        try
        {
            var appends = names.Zip(ends, (name, end) =>
                node.AppendAsync(name, end[3].Epoch, Sample.Update(4), default).AsTask()).ToArray();
            for (var i = 0; i < names.Length; i++)
            {
                if (isThere[i])
                {
                    await Assert.ThrowsAsync<BackplaneUnavailableException>(() => appends[i].Soon());
                    Assert.True(recorders[names[i]].HeardNothingMore);
                }
                else
                {
                    Assert.Equal(4, (await appends[i].Soon()).Position.Offset);
                }
            }
        }
        finally
        {
            replica.Signal("CONT");
        }

        var entry = Sample.Update(5).Again();
        var repeat = await UntilBackAsync(
            () => node.AppendAsync(names[0], ends[0][3].Epoch, entry, default).AsTask());
        Assert.Equal(5, repeat.Position.Offset);
    }

    [Fact]
    public async Task A_server_that_gave_a_partition_away_confirms_nothing_of_it()
    {
        var servers = await ServeClusterAsync(replicas: 1);
        var options = RedisNode.Options(servers[0]) with { MinReplicas = 1 };
        var node = await OpenAsync(options);
        var name = Sample.Name();
        var end = (await FillAsync(options, name, 2))[2];

        // A replica takes over, and the primary becomes its replica. No vote: on a busy machine one may come too late.
        var (primary, replica) = await ReplicatedAsync(servers, name);
        await CaughtUpAsync(replica, primary);
        Assert.Equal("OK", await replica.CommandAsync("CLUSTER", "FAILOVER", "TAKEOVER"));
        await Patience.UntilAsync(
            async () => RedisInfo.Value(await primary.CommandAsync("INFO", "replication"), "role") == "slave");

        var entry = Sample.Update(3).Again(end);
        var next = await UntilBackAsync(() => node.AppendAsync(name, end.Epoch, entry, default).AsTask());
        Assert.Equal(3, next.Position.Offset);
        var read = await UntilBackAsync(() => node.ReadAsync(name, Position.None, default).AsTask());
        Assert.Equal(["1", "2", "3"], read.Entries.Texts());
        await CaughtUpAsync(primary, replica);
        Assert.Equal("3", await replica.CommandAsync("LLEN", Key(name, "log")));
    }

    [Fact]
    public async Task A_slot_that_moves_takes_its_documents_and_their_listeners_along()
    {
        var servers = await ServeClusterAsync(replicas: 1);
        var options = RedisNode.Options(servers[0]) with { ChannelGrace = TimeSpan.FromMilliseconds(250) };
        var (node, other) = (await OpenAsync(options with { MinReplicas = 1 }), await OpenAsync(options));
        var name = Sample.Name();
        var recorder = new Recorder();
        await other.SubscribeAsync(name, recorder, default).Soon();
        var end = (await FillAsync(options, name, 2))[2];
        await EntryFromAsync(recorder, 2);

        var (from, _) = await ReplicatedAsync(servers, name);
        var to = await OtherPrimaryAsync(servers, from);
        await MoveAsync(servers, from, to, await from.CommandAsync("CLUSTER", "KEYSLOT", Key(name, "head")));

        var entry = Sample.Update(3).Again(end);
        var next = await UntilBackAsync(() => node.AppendAsync(name, end.Epoch, entry, default).AsTask());
        Assert.Equal((end.Epoch, 3), (next.Position.Epoch, next.Position.Offset));
        Assert.Equal("3", await to.CommandAsync("LLEN", Key(name, "log")));
        var heard = EntryFromAsync(recorder, 3);
        await Patience.UntilAsync(async () =>
        {
            await UntilBackAsync(() => node.AppendAsync(name, end.Epoch, Sample.Update(4), default).AsTask());
            return await Task.WhenAny(heard, Task.Delay(TimeSpan.FromMilliseconds(100))) == heard;
        });
        await heard;
    }

    /// <summary>With more patience than the nodes under test have.</summary>
    private async Task<Position[]> FillAsync(RedisBackplaneOptions options, DocumentName name, int count)
    {
        patient ??= await OpenAsync(options with { MinReplicas = 1, Deadline = TimeSpan.FromSeconds(60) });
        return await patient.FillAsync(name, count);
    }

    private static async Task<RedisServer> OtherPrimaryAsync(List<RedisServer> servers, RedisServer than)
    {
        foreach (var server in servers.Where(server => server != than))
        {
            if (RedisInfo.Value(await server.CommandAsync("INFO", "replication"), "role") == "master")
            {
                return server;
            }
        }

        throw new InvalidOperationException("There is no other primary.");
    }

    /// <summary>Moves a slot as redis-cli does.</summary>
    private static async Task MoveAsync(List<RedisServer> servers, RedisServer from, RedisServer to, string slot)
    {
        var (source, target) = (await from.CommandAsync("CLUSTER", "MYID"), await to.CommandAsync("CLUSTER", "MYID"));
        Assert.Equal("OK", await to.CommandAsync("CLUSTER", "SETSLOT", slot, "IMPORTING", source));
        Assert.Equal("OK", await from.CommandAsync("CLUSTER", "SETSLOT", slot, "MIGRATING", target));
        var keys = (await from.CommandAsync("CLUSTER", "GETKEYSINSLOT", slot, "1000")).Split('\n');
        Assert.Equal(
            "OK", await from.CommandAsync(["MIGRATE", "127.0.0.1", $"{to.Port}", "", "0", "5000", "KEYS", .. keys]));
        foreach (var server in servers.Where(server => server != to).Prepend(to))
        {
            // Replicas hear of it from their primaries.
            await server.CommandAsync("CLUSTER", "SETSLOT", slot, "NODE", target);
        }
    }

    /// <summary>The server that has the document, and its replica.</summary>
    private static async Task<(RedisServer Primary, RedisServer Replica)> ReplicatedAsync(
        List<RedisServer> servers, DocumentName name)
    {
        RedisServer? primary = null;
        foreach (var server in servers)
        {
            if (await server.CommandAsync("EXISTS", Key(name, "head")) == "1")
            {
                primary = server;
            }
        }

        foreach (var server in servers)
        {
            var info = await server.CommandAsync("INFO", "replication");
            if (RedisInfo.Value(info, "role") == "slave" && RedisInfo.Value(info, "master_port") == $"{primary!.Port}")
            {
                return (primary, server);
            }
        }

        throw new InvalidOperationException("The document's server has no replica.");
    }
}
