using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>Replicas: promoted ones that lost entries, and appends that wait for them.</summary>
public sealed class RedisReplicaTests : RedisFixture
{
    [Fact]
    public async Task A_promoted_replica_that_lost_entries_and_grew_past_them_is_seen_by_ids_and_all_nodes_look()
    {
        var replica = await ReplicateAsync();
        await using var proxy = new TcpProxy(Server.Port);
        var node = await OpenAsync(Options with { Configuration = proxy.Address });
        var (name, quiet) = (Sample.Name(), Sample.Name("quiet"));
        var (recorder, other) = (new Recorder(), new Recorder());
        await node.SubscribeAsync(name, recorder, default).Soon();
        await node.SubscribeAsync(quiet, other, default).Soon();
        var positions = await node.FillAsync(name, 3);
        await CaughtUpAsync(replica);
        await replica.CommandAsync("REPLICAOF", "NO", "ONE");
        var lost = await node.AppendAsync(name, positions[3].Epoch, Sample.Update(4), default).Soon();
        var rival = await OpenAsync(RedisNode.Options(replica));
        for (var i = 0; i < 3; i++)
        {
            await rival.AppendAsync(name, positions[3].Epoch, Sample.Update(5 + i), default).Soon();
        }

        proxy.LeadTo(replica.Port);

        await InterruptedAsync(recorder);
        await InterruptedAsync(other);
        var read = await UntilBackAsync(() => node.ReadAsync(name, lost.Position, default).AsTask());
        Assert.Equal(LogReadOutcome.OtherEntry, read.Outcome);
        Assert.Equal(["1", "2", "3", "5", "6", "7"], read.Entries.Texts());
    }

    [Fact]
    public async Task With_enough_replicas_appends_are_answered_and_entries_heard_by_all()
    {
        await ReplicateAsync();
        var node = await OpenAsync(Options with { MinReplicas = 1 });
        var other = await OpenAsync();
        var name = Sample.Name();
        var (own, others) = (new Recorder(), new Recorder());
        await node.SubscribeAsync(name, own, default).Soon();
        await other.SubscribeAsync(name, others, default).Soon();

        var first = await node.AppendAsync(name, 0, Sample.Update(0), default).Soon();
        var results = await Task.WhenAll(
            Enumerable.Range(1, 50)
            .Select(i => node.AppendAsync(name, first.Position.Epoch, Sample.Update(i), default).AsTask())).Soon();

        Assert.All(results, result => Assert.Equal(AppendOutcome.Stored, result.Outcome));
        Assert.Equal(51, (await others.EntriesAsync(51)).Length);
        Assert.Equal(51, (await node.ReadAsync(name, Position.None, default).Soon()).Entries.Count);
        Assert.Equal(51, (await own.EntriesAsync(51)).Length);
        Assert.False(own.Overlapped);
    }

    [Fact]
    public async Task Without_enough_replicas_no_node_sees_the_entry_until_a_repeat_is_confirmed()
    {
        var replica = await ReplicateAsync();
        var node = await OpenAsync(
            Options with
            {
                MinReplicas = 1,
                Deadline = TimeSpan.FromSeconds(4),
                LogEndCheckInterval = TimeSpan.FromHours(1)
            });
        var other = await OpenAsync(
            Options with
            {
                MinReplicas = 1,
                Deadline = TimeSpan.FromSeconds(4),
                LogEndCheckInterval = TimeSpan.FromHours(1)
            });
        var name = Sample.Name();
        var positions = await FillAsync(name, 1);
        var (own, others) = (new Recorder(), new Recorder());
        await node.SubscribeAsync(name, own, default).Soon();
        await other.SubscribeAsync(name, others, default).Soon();
        var entry = Sample.Update(2).Again(positions[1]);
        replica.Signal("STOP");
        try
        {
            await Assert.ThrowsAsync<BackplaneUnavailableException>(
                () => node.AppendAsync(name, positions[1].Epoch, entry, default).Soon());
            await Assert.ThrowsAsync<BackplaneUnavailableException>(
                () => node.ReadAsync(name, positions[1], default).Soon());
            await Assert.ThrowsAsync<BackplaneUnavailableException>(
                () => other.ReadAsync(name, positions[1], default).Soon());
            await Assert.ThrowsAsync<BackplaneUnavailableException>(
                () => node.AppendAsync(name, positions[1].Epoch, entry, default).Soon());
            await node.PublishAwarenessAsync(name, AwarenessKind.Changes, new byte[] { 1 }, default).Soon();
            Assert.Equal([1], await others.AwarenessAsync());
            Assert.True(own.HeardNothingMore && others.HeardNothingMore);
        }
        finally
        {
            replica.Signal("CONT");
        }

        var result = await UntilBackAsync(() => node.AppendAsync(name, positions[1].Epoch, entry, default).AsTask());

        Assert.Equal(
            new AppendResult(AppendOutcome.Stored, new Position(positions[1].Epoch, 2, entry.Id), positions[1].Id),
            result);
        var read = await UntilBackAsync(() => node.ReadAsync(name, positions[1], default).AsTask());
        Assert.Equal(["2"], read.Entries.Texts());
        Assert.Equal(entry.Id, (await own.EntryAsync()).Position.Id);
        Assert.Equal(entry.Id, (await others.EntryAsync()).Position.Id);
    }

    [Fact]
    public async Task Without_enough_replicas_a_log_is_read_as_far_as_the_asked_position_reaches()
    {
        var replica = await ReplicateAsync();
        var node = await OpenAsync(Options with { MinReplicas = 1, Deadline = TimeSpan.FromSeconds(4) });
        var name = Sample.Name();
        var positions = await FillAsync(name, 2);
        replica.Signal("STOP");
        try
        {
            Assert.Empty((await UntilBackAsync(() => node.ReadAsync(name, positions[2], default).AsTask())).Entries);
            await Assert.ThrowsAsync<BackplaneUnavailableException>(
                () => node.ReadAsync(name, positions[1], default).Soon());
        }
        finally
        {
            replica.Signal("CONT");
        }
    }

    [Fact]
    public async Task A_new_connection_to_a_server_that_lost_the_entry_confirms_nothing()
    {
        var replica = await ReplicateAsync();
        var (fork, forksReplica) = (await ServeAsync(), await ServeAsync());
        await forksReplica.CommandAsync("REPLICAOF", "127.0.0.1", $"{fork.Port}");
        await using var proxy = new TcpProxy(Server.Port);
        var node = await OpenAsync(
            Options with { Configuration = proxy.Address, MinReplicas = 1, Deadline = TimeSpan.FromSeconds(10) });
        var name = Sample.Name();
        var positions = await FillAsync(name, 1);
        replica.Signal("STOP");
        var entry = Sample.Update("stored here"u8.ToArray());
        var append = node.AppendAsync(name, positions[1].Epoch, entry, default).AsTask();
        await Patience.UntilAsync(
            async () => append.IsCompleted || await Server.CommandAsync("LLEN", Key(name, "log")) == "2");
        Assert.False(append.IsCompleted, $"It was to wait for a replica: {append.Exception}");

        proxy.LeadTo(fork.Port);

        await Assert.ThrowsAsync<BackplaneUnavailableException>(() => append.Soon());
        entry = entry.Again(positions[1]);
        var repeat = await UntilBackAsync(() => node.AppendAsync(name, positions[1].Epoch, entry, default).AsTask());
        replica.Signal("CONT");
        Assert.Equal(AppendOutcome.StartedEpoch, repeat.Outcome);
    }

    /// <summary>With more patience than the nodes under test have, whose calls are to fail.</summary>
    private async Task<Position[]> FillAsync(DocumentName name, int count)
    {
        var patient = await OpenAsync(Options with { MinReplicas = 1, Deadline = TimeSpan.FromSeconds(60) });
        return await patient.FillAsync(name, count);
    }
}
