using Relay.Backplane.Support;

namespace Relay.Backplane;

/// <summary>A sentinel that says which server is the primary, and makes a replica the next one.</summary>
public sealed class RedisSentinelTests : RedisFixture
{
    [Fact]
    public async Task A_node_follows_the_sentinel_to_the_next_primary()
    {
        var replica = await ReplicateAsync();
        var sentinel = await StartAsync(Server);
        var options = RedisNode.Options(sentinel) with { Configuration = $"{sentinel.Address},serviceName=relay" };
        var (node, other) = (await OpenAsync(options), await OpenAsync(options));
        var name = Sample.Name();
        var recorder = new Recorder();
        await other.SubscribeAsync(name, recorder, default).Soon();
        var positions = await node.FillAsync(name, 3);
        Assert.Equal(3, (await recorder.EntriesAsync(3)).Length);
        await CaughtUpAsync(replica);
        await Patience.UntilAsync(async () =>
            (await sentinel.CommandAsync("SENTINEL", "REPLICAS", "relay"))
                .Contains($"{replica.Port}", StringComparison.Ordinal));

        Server.Kill();

        var entry = Sample.Update(4).Again(positions[3]);
        var next = await UntilBackAsync(
            () => node.AppendAsync(name, positions[3].Epoch, entry, default).AsTask());
        Assert.Equal((positions[3].Epoch, 4), (next.Position.Epoch, next.Position.Offset));
        Assert.Equal("4", await replica.CommandAsync("LLEN", Key(name, "log")));
        await InterruptedAsync(recorder);
        var read = await UntilBackAsync(() => other.ReadAsync(name, positions[3], default).AsTask());
        Assert.Equal(["4"], read.Entries.Texts());
        var heard = EntryFromAsync(recorder, 5);
        await Patience.UntilAsync(async () =>
        {
            await UntilBackAsync(
                () => node.AppendAsync(name, positions[3].Epoch, Sample.Update(5), default).AsTask());
            return await Task.WhenAny(heard, Task.Delay(TimeSpan.FromMilliseconds(100))) == heard;
        });
        await heard;
    }

    [Fact]
    public async Task A_node_waits_for_a_sentinel_that_knows_no_primary_yet()
    {
        var sentinel = await StartAsync(null);
        var node = Keep(RedisBackplane.Open(
            RedisNode.Options(sentinel) with { Configuration = $"{sentinel.Address},serviceName=relay" },
            new TestLogger(),
            TimeProvider.System));
        await Assert.ThrowsAsync<BackplaneUnavailableException>(
            () => node.AppendAsync(Sample.Name(), 0, Sample.Update(1), default).Soon());

        await sentinel.CommandAsync("SENTINEL", "MONITOR", "relay", "127.0.0.1", $"{Server.Port}", "1");

        await node.WhenConnectedAsync(default).Soon();
        await UntilBackAsync(async () => await node.FillAsync(Sample.Name(), 2));
    }

    private async Task<RedisServer> StartAsync(RedisServer? primary) =>
        Tend(await RedisServer.StartSentinelAsync(primary));
}
