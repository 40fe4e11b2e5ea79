using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane;

/// <content>Appends of several partitions.</content>
public sealed partial class AppendBatcherTests
{
    [Fact]
    public async Task Where_keys_lie_apart_each_partition_has_a_call_of_its_own_under_way()
    {
        var server = new HeldAppendServer { TakesAllPartitions = false };
        var batcher = new AppendBatcher(server);
        var other = Elsewhere();
        var first = Append(batcher, Sample.Update(0));
        var second = Append(batcher, Sample.Update(1));
        var third = Append(batcher, Sample.Update(2), _ => other);
        Assert.Equal(2, server.Count);
        Assert.False(second.IsCompleted);

        var (call, there) = (await server.NextAsync(), await server.NextAsync());
        there.Store();
        await third.Soon();
        Assert.False(first.IsCompleted);
        call.Store();
        await first.Soon();
        (await server.NextAsync()).Store();
        await second.Soon();
    }

    [Fact]
    public async Task A_server_that_refuses_several_partitions_gets_each_append_in_a_call_of_its_partition()
    {
        var server = new HeldAppendServer { IsApart = true };
        var batcher = new AppendBatcher(server);
        var other = Elsewhere();
        var entries = Enumerable.Range(0, 7).Select(i => Sample.Update(i)).ToArray();
        var appends = entries.Select((entry, i) => Append(batcher, entry, _ => i % 2 == 0 ? name : other)).ToArray();
        (await server.NextAsync()).Store();

        var sent = new List<EntryId>();
        while (sent.Count < 6)
        {
            var call = await server.NextAsync();
            sent.AddRange(call.Ids);
            call.Store();
        }

        var results = await Task.WhenAll(appends).Soon();
        Assert.Equal(entries.Select(entry => entry.Id), results.Select(result => result.Position.Id));
        Assert.Equal(entries.Skip(1).Where((_, i) => i % 2 == 0).Select(entry => entry.Id),
            sent.Where(id => Array.FindIndex(entries, entry => entry.Id == id) % 2 == 1));
        _ = Append(batcher, Sample.Update(8));
        _ = Append(batcher, Sample.Update(9), _ => other);
        Assert.Single((await server.NextAsync()).Ids);
        Assert.Single((await server.NextAsync()).Ids);
    }

    /// <summary>A document of another partition.</summary>
    private DocumentName Elsewhere() => Enumerable.Range(0, 1000).Select(i => Sample.Name($"{i}"))
        .First(other => keys.PartitionOf(other) != keys.PartitionOf(name));
}
