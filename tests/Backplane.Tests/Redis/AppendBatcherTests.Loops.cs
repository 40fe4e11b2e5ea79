using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>Appends of socket loops, and of several lanes.</summary>
public sealed partial class AppendBatcherTests
{
    [Fact]
    public async Task What_a_loop_appends_in_a_round_goes_together_at_its_end_and_is_answered_there()
    {
        var server = new HeldAppendServer();
        var loop = new ManualLoop();
        var batcher = new AppendBatcher(server, loop, _ => Assert.Fail("Another thread is asked."));
        loop.IsCurrent = true;
        var appends = Enumerable.Range(0, 5).Select(i => Append(batcher, Sample.Update(i))).ToArray();
        loop.IsCurrent = false;
        var other = Append(batcher, Sample.Update(9));
        Assert.Equal(0, server.Count);

        loop.EndRound();
        var call = await server.NextAsync();
        Assert.Equal(6, call.Ids.Length);
        var threads = appends.Select(Thread).ToArray();
        loop.IsCurrent = true;
        call.Store();

        // Those of the loop wait for the end of its round; the other one does not go on on it.
        Assert.All(appends, append => Assert.False(append.IsCompleted));
        loop.IsCurrent = false;
        await other.Soon();
        loop.EndRound();
        Assert.All(threads, thread => Assert.Equal(Environment.CurrentManagedThreadId, thread.Result));

        static Task<int> Thread(Task append) => append.ContinueWith(
            static _ => Environment.CurrentManagedThreadId, CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    [Fact]
    public async Task Each_lane_has_a_call_under_way_with_the_partitions_that_are_dealt_to_it()
    {
        var server = new HeldAppendServer { Lanes = 3 };
        var batcher = new AppendBatcher(server);
        var names = Enumerable.Range(0, 60).Select(i => Sample.Name($"{i}")).ToArray();
        var entries = names.Select((_, i) => Sample.Update(i)).ToArray();
        _ = names.Select((name, i) => Append(batcher, entries[i], _ => name)).ToArray();

        Assert.Equal(3, server.Count);
        var lanes = new HashSet<int>();
        for (var i = 0; i < 3; i++)
        {
            lanes.Add(LaneOf(Assert.Single((await server.NextAsync()).TakeAndStore())));
        }

        Assert.Equal(3, lanes.Count);
        for (var i = 0; i < 3; i++)
        {
            Assert.Single((await server.NextAsync()).Ids.Select(LaneOf).Distinct());
        }

        int LaneOf(EntryId id) => keys.Of(names[Array.FindIndex(entries, entry => entry.Id == id)]).Partition % 3;
    }
}
