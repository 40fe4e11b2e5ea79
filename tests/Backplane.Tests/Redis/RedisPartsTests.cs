using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>The parts of a backplane without the others, each with connections of its own.</summary>
public sealed class RedisPartsTests : RedisFixture
{
    private const ulong Node = 7;

    private readonly RedisKeys keys = new("relay", 256);
    private readonly TestLogger logger = new();
    private readonly DocumentName name = Sample.Name();

    [Fact]
    public async Task A_log_stores_entries_and_the_channel_of_another_node_delivers_them()
    {
        var others = Connect(isForAppends: false);
        var log = new RedisLog(Connect(isForAppends: true), direct: null, others,
            new RedisLogReader(others, keys, Options), keys, Options, Node, TimeProvider.System, logger);
        var heard = Connect(isForAppends: false);
        var channel = new RedisDocumentChannel(heard, keys, Subscriptions(heard, Node + 1), Node + 1);
        var recorder = new Recorder();
        await channel.SubscribeAsync(name, recorder, default).Soon();

        var first = await log.AppendAsync(name, 0, Sample.Update(1), default).Soon();
        var second = await log.AppendAsync(name, first.Position.Epoch, Sample.Update(2), default).Soon();
        await log.CheckpointAsync(name, first.Position, first.Position, default).Soon();

        Assert.Equal([first.Position, second.Position],
            (await recorder.EntriesAsync(2)).Select(entry => entry.Position));
        Assert.Equal(first.Position, await recorder.SavedAsync());
        var read = await log.ReadAsync(name, first.Position, default).Soon();
        Assert.Equal((LogReadOutcome.Entries, second.Position, first.Position), (read.Outcome, read.End, read.Start));
        Assert.Equal(["2"], read.Entries.Texts());
    }

    [Fact]
    public async Task Jobs_come_from_the_log_of_another_node()
    {
        var others = Connect(isForAppends: false);
        var jobs = new RedisJobs(others, keys, Options.Jobs, Node);
        Assert.Empty(await jobs.ListAsync(10, default).AsTask().Soon());
        await (await OpenAsync()).AppendAsync(name, 0, Sample.Update(1), default).Soon();

        Assert.True((await jobs.ClaimAsync(name, TimeSpan.FromMinutes(1), default).AsTask().Soon()).IsGranted);
        var other = new RedisJobs(others, keys, Options.Jobs, Node + 1);
        Assert.False((await other.ClaimAsync(name, TimeSpan.FromMinutes(1), default).AsTask().Soon()).IsGranted);
        await jobs.FailAsync(name, "It does not read.", default).AsTask().Soon();

        var job = Assert.Single(await other.ListAsync(10, default).AsTask().Soon());
        Assert.Equal((name, SaveJobState.Retried, 1, "It does not read."),
            (job.Document, job.State, job.Attempts, job.Problem));
    }

    [Fact]
    public async Task Reports_are_listed_until_they_are_removed()
    {
        var reports = new RedisReports(Connect(isForAppends: false), keys);
        await reports.StoreAsync("a", new byte[] { 1 }, TimeSpan.FromMinutes(1), default).AsTask().Soon();
        await reports.StoreAsync("b", new byte[] { 2 }, TimeSpan.FromMinutes(1), default).AsTask().Soon();
        Assert.Equal(2, (await reports.ListAsync(default).AsTask().Soon()).Count);

        await reports.RemoveAsync("a", default).AsTask().Soon();

        Assert.Equal(["b"], await reports.ListNodesAsync(default).AsTask().Soon());
        Assert.Equal([2], Assert.Single(await reports.ListAsync(default).AsTask().Soon()).ToArray());
    }

    [Fact]
    public async Task A_start_waits_for_Redis_says_once_that_it_does_and_tells_what_it_found()
    {
        Server.Kill();
        var start = Start();
        var starting = start.RunAsync(default);
        await Patience.UntilAsync(() => Task.FromResult(logger.Of(BackplaneEventId.RedisNotReady).Length > 0));
        Assert.False(starting.IsCompleted);

        await Server.RestartAsync();

        await starting.Soon();
        Assert.Single(logger.Of(BackplaneEventId.RedisNotReady));
        Assert.Contains("0000000000000007", Assert.Single(logger.Of(BackplaneEventId.RedisReached)));
    }

    [Fact]
    public async Task A_start_on_another_layout_says_so_and_shares_no_settings()
    {
        await Server.CommandAsync("HSET", (string)keys.Count(3)!, "incarnation", "1", "layout", "1");

        var error = await Assert.ThrowsAsync<RedisStartException>(() => Start().RunAsync(default).Soon());

        Assert.Contains("layout 1", error.Message);
        Assert.Equal("1", await Server.CommandAsync("DBSIZE"));
    }

    [Fact]
    public async Task Every_listener_is_told_once_that_the_subscriptions_were_away()
    {
        var others = Connect(isForAppends: false);
        var subscriptions = Subscriptions(others, Node);
        var channel = new RedisDocumentChannel(others, keys, subscriptions, Node);
        var recorders = new[] { new Recorder(), new Recorder(), new Recorder() };
        await channel.SubscribeAsync(name, recorders[0], default).Soon();
        await channel.SubscribeAsync(name, recorders[1], default).Soon();
        await channel.SubscribeAsync(Sample.Name("other"), recorders[2], default).Soon();
        var orders = new RedisOrders(others, keys, Node, Options.AnswerPatience, TimeProvider.System, logger);
        var restored = new RestoredSubscriptions(others, subscriptions, orders);

        await restored.InterruptAllAsync(default).Soon();

        foreach (var recorder in recorders)
        {
            await recorder.InterruptedAsync();
            Assert.True(recorder.HeardNothingMore);
        }
    }

    [Fact]
    public async Task A_subscription_leaves_a_direct_connection_that_brings_no_entries_until_there_is_another()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There are socket loops on Linux only.");
        var others = Connect(isForAppends: false);
        await others.CallAsync(redis => redis.GetDatabase().PingAsync(), default).Soon();
        using var direct = new DirectConnections(others, Options, Options.Loops!, TimeProvider.System, logger);
        await direct.RefreshAsync(default).Soon();
        var subscriptions = Subscriptions(others, Node, direct);
        await subscriptions.JoinAsync(name, new Recorder(), default).Soon();
        var subscription = Assert.Single(subscriptions.All);
        Assert.True(subscription.IsDirect);

        subscription.Miss(1);
        Assert.False(subscription.CheckIsLost());
        subscription.Miss(2);
        Assert.True(subscription.CheckIsLost());
        Assert.True(await subscription.RenewAsync(default).Soon());
        Assert.False(subscription.IsDirect || subscription.IsMisplaced || subscription.CheckIsLost());

        direct.Of(subscription.Keys.Partition)!.End("the test says so");
        await direct.RefreshAsync(default).Soon();
        Assert.True(subscription.IsMisplaced);
        Assert.True(await subscription.RenewAsync(default).Soon());
        Assert.True(subscription.IsDirect);
    }

    private RedisConnection Connect(bool isForAppends) =>
        Keep(new RedisConnection(Options, "test", TimeProvider.System, logger, isForAppends));

    private RedisSubscriptions Subscriptions(
        RedisConnection connection, ulong node, DirectConnections? direct = null) =>
        new(connection, direct, keys, new LogEndCheck(connection, keys, Options, TimeProvider.System, logger),
            new RedisLogReader(connection, keys, Options), node, logger);

    private RedisStart Start()
    {
        var others = Connect(isForAppends: false);
        return new RedisStart(Connect(isForAppends: true), others, new RedisLayout(others, keys, "relay"),
            new SharedSettings(others, keys, Options, logger), Node, TimeProvider.System, logger);
    }
}
