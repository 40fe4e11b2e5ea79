using Relay.Backplane.Support;
using Relay.Yjs;
using StackExchange.Redis;

namespace Relay.Backplane;

/// <summary>Redis away, restarted, emptied, stalled, and answers that get lost.</summary>
public sealed class RedisFaultTests : RedisFixture
{
    internal override string[] ServerArguments => ["--appendonly", "yes", "--appendfsync", "always"];

    [Fact]
    public async Task An_append_whose_answer_was_lost_is_stored_once_however_often_it_is_repeated()
    {
        await using var proxy = new TcpProxy(Server.Port);
        var node = await OpenAsync(Options with { Configuration = proxy.Address });
        var name = Sample.Name();
        var positions = await node.FillAsync(name, 2);
        var entry = Sample.Update("swallowed"u8.ToArray());
        proxy.SwallowTheAnswerTo("swallowed"u8.ToArray());

        await Assert.ThrowsAsync<BackplaneUnavailableException>(
            () => node.AppendAsync(name, positions[2].Epoch, entry, default).Soon());
        await proxy.Cut.Soon();
        entry = entry.Again(positions[2]);
        var repeat = await UntilBackAsync(() => node.AppendAsync(name, positions[2].Epoch, entry, default).AsTask());
        var again = await node.AppendAsync(name, positions[2].Epoch, entry, default).Soon();

        Assert.Equal(
            new AppendResult(AppendOutcome.Stored, new Position(positions[2].Epoch, 3, entry.Id), positions[2].Id),
            repeat);
        Assert.Equal(repeat, again);
        Assert.Equal(["1", "2", "swallowed"],
            (await node.ReadAsync(name, Position.None, default).Soon()).Entries.Texts());
    }

    [Fact]
    public async Task A_lost_answer_to_the_append_that_started_the_epoch_is_told_by_the_repeat()
    {
        await using var proxy = new TcpProxy(Server.Port);
        var node = await OpenAsync(Options with { Configuration = proxy.Address });
        var name = Sample.Name();
        var entry = Sample.Update("swallowed"u8.ToArray());
        proxy.SwallowTheAnswerTo("swallowed"u8.ToArray());

        await Assert.ThrowsAsync<BackplaneUnavailableException>(() => node.AppendAsync(name, 7, entry, default).Soon());
        var repeat = await UntilBackAsync(() => node.AppendAsync(name, 7, entry.Again(), default).AsTask());

        Assert.Equal((AppendOutcome.StartedEpoch, 1L), (repeat.Outcome, repeat.Position.Offset));
        Assert.Single((await node.ReadAsync(name, Position.None, default).Soon()).Entries);
    }

    [Fact]
    public async Task After_kill_and_restart_with_its_file_the_log_goes_on_and_listeners_look()
    {
        var node = await OpenAsync();
        var name = Sample.Name();
        var recorder = new Recorder();
        await node.SubscribeAsync(name, recorder, default).Soon();
        var positions = await node.FillAsync(name, 3);

        await Server.RestartAsync();

        await InterruptedAsync(recorder);
        var entry = Sample.Update(4).Again(positions[3]);
        var next = await UntilBackAsync(() => node.AppendAsync(name, positions[3].Epoch, entry, default).AsTask());
        Assert.Equal(positions[3] with { Offset = 4, Id = next.Position.Id }, next.Position);

        // What is appended before the subscription is back is not heard, and found by looking; what comes after is.
        var heard = EntryFromAsync(recorder, 4);
        await Patience.UntilAsync(
            async () =>
            {
                await UntilBackAsync(
                    () => node.AppendAsync(name, next.Position.Epoch, Sample.Update(5), default).AsTask());
                return await Task.WhenAny(heard, Task.Delay(TimeSpan.FromMilliseconds(200))) == heard;
            },
            "an entry on the channel after the restart");

        Assert.Equal(next.Position.Epoch, (await heard).Position.Epoch);
    }

    [Fact]
    public async Task An_emptied_redis_starts_a_higher_epoch_and_interrupts_all_nodes()
    {
        var node = await OpenAsync();
        var names = Enumerable.Range(0, 20).Select(i => Sample.Name($"{i}")).ToArray();
        var recorders = new List<Recorder>();
        var ends = new List<Position>();
        foreach (var name in names)
        {
            recorders.Add(new Recorder());
            await node.SubscribeAsync(name, recorders[^1], default).Soon();
            ends.Add((await node.FillAsync(name, 2))[2]);
        }

        await Server.CommandAsync("FLUSHALL");

        foreach (var recorder in recorders)
        {
            await InterruptedAsync(recorder);
        }

        Assert.Equal(LogReadOutcome.NoLog, (await node.ReadAsync(names[0], ends[0], default).Soon()).Outcome);
        var next = await node.AppendAsync(names[0], ends[0].Epoch, Sample.Update(1), default).Soon();
        Assert.Equal((AppendOutcome.StartedEpoch, 1L), (next.Outcome, next.Position.Offset));
        Assert.True(next.Position.Epoch > ends[0].Epoch);
    }

    [Fact]
    public async Task A_cut_subscription_is_made_again_and_its_listeners_look()
    {
        var node = await OpenAsync(Options with { LogEndCheckInterval = TimeSpan.FromHours(1) });
        var name = Sample.Name();
        var recorder = new Recorder();
        await node.SubscribeAsync(name, recorder, default).Soon();

        Assert.NotEqual("0", await Server.CommandAsync("CLIENT", "KILL", "TYPE", "pubsub"));

        await InterruptedAsync(recorder);
        var positions = await node.FillAsync(name, 1);
        Assert.Equal(positions[1], (await EntryAsync(recorder)).Position);
    }

    [Fact]
    public async Task A_subscription_that_the_client_could_not_make_again_is_made_by_the_log_end_check()
    {
        var node = await OpenAsync(Options with { ChannelGrace = TimeSpan.FromMilliseconds(100) });
        var name = Sample.Name();
        var recorder = new Recorder();
        await node.SubscribeAsync(name, recorder, default).Soon();
        var positions = await node.FillAsync(name, 1);

        // Redis ends the connection, and refuses the subscription to the one that is made anew.
        await Server.CommandAsync("ACL", "SETUSER", "default", "resetchannels");
        await Patience.UntilAsync(
            async () => (await Server.CommandAsync("ACL", "LOG")).Contains("channel", StringComparison.Ordinal));
        await Server.CommandAsync("ACL", "SETUSER", "default", "allchannels");

        var heard = EntryFromAsync(recorder, 2);
        await Patience.UntilAsync(
            async () =>
            {
                await UntilBackAsync(
                    () => node.AppendAsync(name, positions[1].Epoch, Sample.Update(2), default).AsTask());
                return await Task.WhenAny(heard, Task.Delay(TimeSpan.FromMilliseconds(50))) == heard;
            });
        await heard;
    }

    [Fact]
    public async Task An_entry_whose_message_was_lost_is_found_by_the_log_end_check()
    {
        var node = await OpenAsync();
        var (name, quiet, heard) = (Sample.Name(), Sample.Name(), Sample.Name());
        var (recorder, other, third) = (new Recorder(), new Recorder(), new Recorder());
        await node.SubscribeAsync(name, recorder, default).Soon();
        await node.SubscribeAsync(quiet, other, default).Soon();
        await node.SubscribeAsync(heard, third, default).Soon();
        var positions = await node.FillAsync(name, 1);
        await node.FillAsync(heard, 1);
        Assert.Equal(positions[1], (await recorder.EntryAsync()).Position);

        await AppendUnheardAsync(name, positions[1].Epoch);

        await recorder.InterruptedAsync();
        Assert.Equal(2, (await node.ReadAsync(name, positions[1], default).Soon()).End.Offset);
        Assert.True(other.HeardNothingMore);
        await third.EntryAsync();
        Assert.True(third.HeardNothingMore);
        Assert.True(recorder.HeardNothingMore);
    }

    [Fact]
    public async Task Scripts_that_redis_forgot_are_sent_again()
    {
        var node = await OpenAsync();
        var name = Sample.Name();
        var positions = await node.FillAsync(name, 1);

        for (var i = 2; i < 5; i++)
        {
            await Server.CommandAsync("SCRIPT", "FLUSH");
            await node.AppendAsync(name, positions[1].Epoch, Sample.Update(i), default).Soon();
            await Server.CommandAsync("SCRIPT", "FLUSH");
            Assert.Equal(i, (await node.ReadAsync(name, Position.None, default).Soon()).Entries.Count);
        }
    }

    [Fact]
    public async Task A_redis_that_stands_still_costs_the_deadline_and_nothing_else()
    {
        var node = await OpenAsync(Options with { Deadline = TimeSpan.FromSeconds(1) });
        var name = Sample.Name();
        var positions = await node.FillAsync(name, 1);
        var entry = Sample.Update(2);
        Server.Signal("STOP");
        try
        {
            await Assert.ThrowsAsync<BackplaneUnavailableException>(
                () => node.AppendAsync(name, positions[1].Epoch, entry, default).Soon());
            await Assert.ThrowsAsync<BackplaneUnavailableException>(
                () => node.ReadAsync(name, positions[1], default).Soon());
            await Assert.ThrowsAsync<BackplaneUnavailableException>(
                () => node.SubscribeAsync(Sample.Name(), new Recorder(), default).Soon());
        }
        finally
        {
            Server.Signal("CONT");
        }

        entry = entry.Again(positions[1]);
        var repeat = await UntilBackAsync(() => node.AppendAsync(name, positions[1].Epoch, entry, default).AsTask());
        Assert.Equal(2, repeat.Position.Offset);
        Assert.Equal(["1", "2"], (await node.ReadAsync(name, Position.None, default).Soon()).Entries.Texts());
    }

    [Fact]
    public async Task A_node_starts_without_redis_and_works_once_it_is_there()
    {
        Server.Kill();
        var node = Keep(
            RedisBackplane.Open(Options with { Deadline = TimeSpan.FromSeconds(1) },
                new Microsoft.Extensions.Logging.Abstractions.NullLogger<RedisBackplane>(), TimeProvider.System));
        Assert.False(node.IsConnected);
        await Assert.ThrowsAsync<BackplaneUnavailableException>(
            () => node.AppendAsync(Sample.Name(), 0, Sample.Update(1), default).Soon());
        await Assert.ThrowsAsync<BackplaneUnavailableException>(
            () => node.SubscribeAsync(Sample.Name(), new Recorder(), default).Soon());
        Assert.False(node.WhenConnectedAsync(default).IsCompleted);

        await Server.RestartAsync();

        await node.WhenConnectedAsync(default).Soon();
        await UntilBackAsync(async () => await node.FillAsync(Sample.Name(), 2));
    }

    /// <summary>Stores an entry as the append script does, but publishes it where no node listens.</summary>
    private async Task AppendUnheardAsync(DocumentName name, long epoch)
    {
        using var redis = await ConnectionMultiplexer.ConnectAsync(Server.Address);
        PendingAppend[] appends = [new PendingAppend(Keys(name), epoch, Sample.Update(2), replaced: null)];
        var head = RedisMessageHead.Encode(RedisMessageKind.Entry, 1);
        var arguments = AppendScript.Arguments(
            [1000, RedisChannels.PublishCommand, "0", 100, head, head], appends, maxPublished: 1000);
        arguments[^3] = "nowhere";
        await redis.GetDatabase()
            .ScriptEvaluateAsync(RedisScript.Append.Text, AppendScript.Keys(appends), arguments).Soon();
    }
}
