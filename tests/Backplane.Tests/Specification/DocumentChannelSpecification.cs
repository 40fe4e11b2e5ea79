using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane.Specification;

/// <summary>What <see cref="IDocumentChannel"/> promises while nothing interrupts it.</summary>
public abstract class DocumentChannelSpecification : OwnEntrySpecification
{
    [Fact]
    public async Task A_node_hears_its_own_appends_and_other_nodes_do()
    {
        var name = Sample.Name();
        var (own, others) = (new Recorder(), new Recorder());
        await Channel.SubscribeAsync(name, own, default).Soon();
        await Other.Channel.SubscribeAsync(name, others, default).Soon();

        var positions = await Log.FillAsync(name, 5);

        foreach (var recorder in new[] { own, others })
        {
            var heard = await recorder.EntriesAsync(5);
            Assert.Equal(positions[1..], heard.Select(entry => entry.Position));
            Assert.Equal(["1", "2", "3", "4", "5"], heard.Texts());
            Assert.All(heard, entry => Assert.Equal(EntryKind.Update, entry.Kind));
            Sample.AssertChained(positions[0], heard);
        }
    }

    [Fact]
    public async Task All_listeners_hear_concurrent_appends_in_the_logs_order()
    {
        var name = Sample.Name();
        var positions = await Log.FillAsync(name, 1);
        Recorder[] recorders = [new(), new(), new()];
        await Channel.SubscribeAsync(name, recorders[0], default).Soon();
        await Channel.SubscribeAsync(name, recorders[1], default).Soon();
        await Other.Channel.SubscribeAsync(name, recorders[2], default).Soon();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(task => Task.Run(async () =>
        {
            for (var i = 0; i < 50; i++)
            {
                await (task % 2 == 0 ? Log : Other.Log)
                    .AppendAsync(name, positions[1].Epoch, Sample.Update(i), default);
            }
        }))).Soon();

        var read = await Log.ReadAsync(name, positions[1], default).Soon();
        foreach (var recorder in recorders)
        {
            var heard = await recorder.EntriesAsync(400);
            Assert.Equal(read.Entries.Select(entry => entry.Position), heard.Select(entry => entry.Position));
            Assert.Equal(read.Entries.Texts(), heard.Texts());
            Assert.False(recorder.Overlapped);
        }
    }

    [Fact]
    public async Task Documents_are_heard_apart()
    {
        var (left, right) = (Sample.Name("left"), Sample.Name("right"));
        var both = new Recorder();
        var one = new Recorder();
        await Channel.SubscribeAsync(left, both, default).Soon();
        await Channel.SubscribeAsync(right, both, default).Soon();
        await Channel.SubscribeAsync(right, one, default).Soon();

        await Log.AppendAsync(left, 0, Sample.Update(1), default).Soon();
        await Log.AppendAsync(right, 0, Sample.Update(2), default).Soon();

        Assert.Equal(["1", "2"], (await both.EntriesAsync(2)).Texts().Order());
        Assert.Equal(["2"], (await one.EntriesAsync(1)).Texts());
        Assert.True(one.HeardNothingMore);
    }

    [Fact]
    public async Task An_ended_subscription_hears_nothing_more_and_others_go_on()
    {
        var name = Sample.Name();
        var (leaving, staying) = (new Recorder(), new Recorder());
        var subscription = await Channel.SubscribeAsync(name, leaving, default).Soon();
        await Channel.SubscribeAsync(name, staying, default).Soon();
        var positions = await Log.FillAsync(name, 1);
        await leaving.EntryAsync();

        await subscription.DisposeAsync().Soon();
        await subscription.DisposeAsync().Soon();
        await Log.AppendAsync(name, positions[1].Epoch, Sample.Update(2), default).Soon();
        await Channel.PublishStatelessAsync(name, 1, new byte[] { 1 }, default).Soon();

        Assert.Equal(["1", "2"], (await staying.EntriesAsync(2)).Texts());
        Assert.Equal([1], (await staying.StatelessAsync()).Message);
        Assert.True(leaving.HeardNothingMore);
    }

    [Fact]
    public async Task A_document_can_be_subscribed_to_again()
    {
        var name = Sample.Name();
        var recorder = new Recorder();
        await (await Channel.SubscribeAsync(name, recorder, default).Soon()).DisposeAsync().Soon();
        var positions = await Log.FillAsync(name, 1);
        await Channel.SubscribeAsync(name, recorder, default).Soon();

        await Log.AppendAsync(name, positions[1].Epoch, Sample.Update(2), default).Soon();

        Assert.Equal("2", (await recorder.EntriesAsync(1)).Texts()[0]);
    }

    [Fact]
    public async Task What_stores_nothing_is_not_delivered()
    {
        var name = Sample.Name();
        var entry = Sample.Update(1);
        var first = await Log.AppendAsync(name, 0, entry, default).Soon();
        var recorder = new Recorder();
        await Channel.SubscribeAsync(name, recorder, default).Soon();

        await Log.AppendAsync(name, first.Position.Epoch, entry.Again(), default).Soon();
        await Log.AppendAsync(name, first.Position.Epoch + 5, Sample.Update(8), default).Soon();
        await Log.AppendAsync(name, first.Position.Epoch, Sample.Update(2), default).Soon();

        Assert.Equal("2", (await recorder.EntriesAsync(1)).Texts()[0]);
        Assert.True(recorder.HeardNothingMore);
    }

    [Fact]
    public async Task A_node_does_not_hear_its_own_awareness_and_none_is_stored()
    {
        var name = Sample.Name();
        var own = new Recorder();
        await Channel.SubscribeAsync(name, own, default).Soon();

        foreach (var kind in Enum.GetValues<AwarenessKind>())
        {
            await Channel.PublishAwarenessAsync(name, kind, new byte[] { 7, 8, 9 }, default).Soon();
        }

        await Channel.PublishStatelessAsync(name, 1, new byte[] { 1 }, default).Soon();

        Assert.Equal([1], (await own.StatelessAsync()).Message);
        Assert.Equal(LogReadOutcome.NoLog, (await Log.ReadAsync(name, Position.None, default).Soon()).Outcome);
    }

    [Fact]
    public async Task Messages_of_applications_reach_every_listener_in_order_with_their_sender_and_are_not_stored()
    {
        var name = Sample.Name();
        var (own, others) = (new Recorder(), new Recorder());
        await Channel.SubscribeAsync(name, own, default).Soon();
        await Other.Channel.SubscribeAsync(name, others, default).Soon();
        await Channel.SubscribeAsync(Sample.Name(), new Thrower(), default).Soon();
        var memory = new byte[] { 7, 8, 9 };

        await Channel.PublishStatelessAsync(name, ulong.MaxValue - 1, memory, default).Soon();
        Array.Clear(memory);
        await Channel.PublishStatelessAsync(name, 5, default, default).Soon();

        foreach (var recorder in new[] { own, others })
        {
            var (sender, message) = await recorder.StatelessAsync();
            Assert.Equal(ulong.MaxValue - 1, sender);
            Assert.Equal([7, 8, 9], message);
            (sender, message) = await recorder.StatelessAsync();
            Assert.Equal(5UL, sender);
            Assert.Empty(message);
        }

        Assert.Equal(LogReadOutcome.NoLog, (await Log.ReadAsync(name, Position.None, default).Soon()).Outcome);
    }

    [Fact]
    public async Task Awareness_without_listeners_goes_nowhere() =>
        await Channel.PublishAwarenessAsync(Sample.Name(), AwarenessKind.Changes, new byte[] { 1 }, default).Soon();

    [Fact]
    public async Task A_checkpoint_of_an_entry_reaches_every_listener()
    {
        var name = Sample.Name();
        var positions = await Log.FillAsync(name, 4);
        var (own, others) = (new Recorder(), new Recorder());
        await Channel.SubscribeAsync(name, own, default).Soon();
        await Other.Channel.SubscribeAsync(name, others, default).Soon();

        await Log.CheckpointAsync(name, positions[2], Position.None, default).Soon();
        await Log.CheckpointAsync(name, positions[2], positions[1], default).Soon();
        await Log.CheckpointAsync(name, positions[4], positions[4], default).Soon();
        await Log.CheckpointAsync(name, positions[4], positions[4], default).Soon();

        foreach (var recorder in new[] { own, others })
        {
            foreach (var expected in new[] { 2, 2, 4, 4 })
            {
                Assert.Equal(positions[expected], await recorder.SavedAsync());
            }
        }
    }

    [Fact]
    public async Task A_checkpoint_that_names_no_entry_of_the_log_or_an_old_one_is_not_delivered()
    {
        var name = Sample.Name();
        var positions = await Log.FillAsync(name, 3);
        await Log.CheckpointAsync(name, positions[2], Position.None, default).Soon();
        var recorder = new Recorder();
        await Other.Channel.SubscribeAsync(name, recorder, default).Soon();

        foreach (var saved in new[]
        {
            positions[3] with { Id = Sample.Id() },
            positions[3] with { Epoch = positions[3].Epoch - 1 },
            positions[3] with { Offset = 4 },
            positions[0],
            positions[1],
            Position.None,
        })
        {
            await Log.CheckpointAsync(name, saved, Position.None, default).Soon();
        }

        await Log.CheckpointAsync(name, positions[3], Position.None, default).Soon();
        Assert.Equal(positions[3], await recorder.SavedAsync());
        Assert.True(recorder.HeardNothingMore);
    }

    [Fact]
    public async Task A_listener_that_throws_harms_no_other()
    {
        var name = Sample.Name();
        var recorder = new Recorder();
        await Channel.SubscribeAsync(name, new Thrower(), default).Soon();
        await Channel.SubscribeAsync(name, recorder, default).Soon();

        var positions = await Log.FillAsync(name, 3);
        await Channel.PublishStatelessAsync(name, 1, new byte[] { 4 }, default).Soon();

        Assert.Equal(positions[1..], (await recorder.EntriesAsync(3)).Select(entry => entry.Position));
        Assert.Equal([4], (await recorder.StatelessAsync()).Message);
    }

    [Fact]
    public async Task Calls_for_one_document_come_one_at_a_time()
    {
        var name = Sample.Name();
        var positions = await Log.FillAsync(name, 1);
        var recorder = new Recorder();
        await Channel.SubscribeAsync(name, recorder, default).Soon();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(task => Task.Run(async () =>
        {
            for (var i = 0; i < 50; i++)
            {
                await Log.AppendAsync(name, positions[1].Epoch, Sample.Update(i), default);
                await Channel.PublishStatelessAsync(name, 1, new byte[] { 1 }, default);
            }
        }))).Soon();

        for (var i = 0; i < 800; i++)
        {
            await recorder.FirstAsync(_ => true);
        }

        Assert.False(recorder.Overlapped);
    }

    private sealed class Thrower : IChannelListener
    {
        public void OnEntry(in LoggedEntry entry) => throw new InvalidOperationException("A broken listener.");

        public void OnAwareness(ulong node, AwarenessKind kind, ReadOnlyMemory<byte> content) =>
            throw new InvalidOperationException("A broken listener.");

        public void OnStateless(ulong sender, ReadOnlyMemory<byte> message) =>
            throw new InvalidOperationException("A broken listener.");

        public void OnSaved(Position position)
        {
        }

        public void OnInterrupted()
        {
        }
    }
}
