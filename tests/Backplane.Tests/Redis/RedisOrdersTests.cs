using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Relay.Backplane.Support;

namespace Relay.Backplane;

/// <summary>
/// Orders to all nodes, with messages that get lost, nodes that are cut off, and a Redis that forgets.
/// </summary>
public sealed class RedisOrdersTests : RedisFixture
{
    /// <summary>So long that it never helps a test.</summary>
    private RedisBackplaneOptions Patient => Options with { LogEndCheckInterval = TimeSpan.FromHours(1) };

    /// <summary>
    /// Waits for all answers, however little time the machine has. Not where an answer does not come.
    /// </summary>
    private RedisBackplaneOptions Attentive => Patient with { AnswerPatience = TimeSpan.FromHours(1) };

    [Fact]
    public async Task Every_other_node_carries_an_order_out_and_the_giver_hears_how_much_there_was_to_do()
    {
        var (a, own) = await ListenAsync(Attentive, 1);
        var (_, first) = await ListenAsync(Attentive, 20);
        var (b, second) = await ListenAsync(Attentive, 300);
        Assert.Equal(new OrderReceipt(2, 0, 320), await a.GiveAsync("one"u8.ToArray(), default).Soon());
        Assert.Equal("one", await first.NextAsync());
        Assert.Equal("one", await second.NextAsync());
        Assert.Equal(new OrderReceipt(2, 0, 21), await b.GiveAsync("two"u8.ToArray(), default).Soon());
        Assert.Equal("two", await own.NextAsync());
        Assert.Equal("two", await first.NextAsync());
        Assert.All([own, first, second], heard => Assert.True(heard.NothingMore));
    }

    [Fact]
    public async Task A_node_that_is_alone_has_no_other_to_wait_for()
    {
        var (a, _) = await ListenAsync(Attentive, 1);
        Assert.Equal(default, await a.GiveAsync("one"u8.ToArray(), default).Soon());
    }

    [Fact]
    public async Task Orders_come_in_their_order_and_bytes_stay_as_they_are()
    {
        var (a, _) = await ListenAsync(Patient, 0);
        var (_, heard) = await ListenAsync(Patient, 0);
        var strange = ":\0\r\nä:"u8.ToArray();
        await Task.WhenAll(Enumerable.Range(0, 250).Select(i => a.GiveAsync(new byte[] { (byte)i }, default).AsTask()))
            .Soon();
        await a.GiveAsync(strange, default).Soon();
        await a.GiveAsync(ReadOnlyMemory<byte>.Empty, default).Soon();
        var all = new HashSet<string>();
        for (var i = 0; i < 250; i++)
        {
            Assert.True(all.Add(await heard.NextAsync()));
        }

        Assert.Equal(System.Text.Encoding.Latin1.GetString(strange), await heard.NextAsync());
        Assert.Equal("", await heard.NextAsync());
        Assert.True(heard.NothingMore);
    }

    [Fact]
    public async Task A_node_that_is_cut_off_carries_out_what_it_missed_when_it_is_back()
    {
        await using var proxy = new TcpProxy(Server.Port);
        var (a, _) = await ListenAsync(Patient, 0);
        var (b, heard) = await ListenAsync(Patient with { Configuration = proxy.Address }, 7);
        await a.GiveAsync("before"u8.ToArray(), default).Soon();
        Assert.Equal("before", await heard.NextAsync());
        proxy.LeadTo(1);
        await Assert.ThrowsAsync<BackplaneUnavailableException>(
            () => b.GiveAsync("unheard"u8.ToArray(), default).AsTask().Soon());
        Assert.Equal(0, (await a.GiveAsync("missed"u8.ToArray(), default).Soon()).Nodes);
        Assert.True(heard.NothingMore);
        proxy.LeadTo(Server.Port);
        Assert.Equal("missed", await heard.NextAsync());
    }

    [Fact]
    public async Task An_order_whose_answer_is_lost_is_not_carried_out_again()
    {
        await using var proxy = new TcpProxy(Server.Port);
        var (a, _) = await ListenAsync(Patient, 0);
        var (b, heard) = await ListenAsync(Patient with { Configuration = proxy.Address }, 7);
        proxy.SwallowTheAnswerTo("PUBLISH"u8.ToArray());
        await a.GiveAsync("one"u8.ToArray(), default).Soon();
        Assert.Equal("one", await heard.NextAsync());
        await proxy.Cut.Soon();
        await a.GiveAsync("two"u8.ToArray(), default).Soon();
        Assert.Equal("two", await heard.NextAsync());
        await UntilBackAsync(() => b.GiveAsync("three"u8.ToArray(), default).AsTask());
        Assert.True(heard.NothingMore);
    }

    [Fact]
    public async Task An_order_whose_message_was_lost_is_found_by_looking()
    {
        var (_, heard) = await ListenAsync(Options with { LogEndCheckInterval = TimeSpan.FromMilliseconds(200) }, 0);
        using var redis = await StackExchange.Redis.ConnectionMultiplexer.ConnectAsync(Server.Address);
        var order = new byte[19];
        "one"u8.CopyTo(order.AsSpan(16));
        await redis.GetDatabase().ScriptEvaluateAsync(
            RedisScript.Order.Text, [new RedisKeys("relay", 256).Orders],
                [order, "nowhere", "x", RedisChannels.PublishCommand, 600_000, 100]).Soon();
        Assert.Equal("one", await heard.NextAsync());
    }

    [Fact]
    public async Task A_node_that_does_not_answer_is_counted_as_silent_and_hears_the_order_when_it_wakes()
    {
        var (a, _) = await ListenAsync(Patient, 0);
        using var block = new SemaphoreSlim(0);
        var (_, heard) = await ListenAsync(Patient, 5, () => block.Pass());
        Assert.Equal(new OrderReceipt(0, 1, 0), await a.GiveAsync("one"u8.ToArray(), default).Soon());
        block.Release();
        Assert.Equal("one", await heard.NextAsync());
    }

    [Fact]
    public async Task A_listener_that_fails_is_asked_for_the_next_order_all_the_same()
    {
        var (a, _) = await ListenAsync(Attentive, 0);
        var (_, heard) = await ListenAsync(Patient, 5, () => throw new InvalidOperationException("a bug"));
        Assert.Equal(new OrderReceipt(1, 0, 0), await a.GiveAsync("one"u8.ToArray(), default).Soon());
        Assert.Equal(new OrderReceipt(1, 0, 0), await a.GiveAsync("two"u8.ToArray(), default).Soon());
        Assert.True(heard.NothingMore);
    }

    [Fact]
    public async Task A_newcomer_hears_no_old_orders_and_after_a_flush_the_next_ones_count()
    {
        var (a, _) = await ListenAsync(Attentive, 0);
        await a.GiveAsync("old"u8.ToArray(), default).Soon();
        var (_, heard) = await ListenAsync(Patient, 1);
        await Server.CommandAsync("FLUSHALL");
        Assert.Equal(new OrderReceipt(1, 0, 1), await a.GiveAsync("new"u8.ToArray(), default).Soon());
        Assert.Equal("new", await heard.NextAsync());
        Assert.True(heard.NothingMore);
    }

    [Fact]
    public async Task Orders_of_a_server_whose_clock_is_behind_are_carried_out()
    {
        var (a, _) = await ListenAsync(Attentive, 0);
        var (_, heard) = await ListenAsync(Patient, 1);

        // Both have read up to an order that is an hour ahead, and then it is as if another server had taken over.
        var ahead = $"{DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeMilliseconds()}000";
        await Server.CommandAsync("ZADD", (string)new RedisKeys("relay", 256).Orders!, ahead,
            ahead + ":0123456789abcdefahead");
        await a.GiveAsync("after"u8.ToArray(), default).Soon();
        Assert.Equal(["ahead", "after"], [await heard.NextAsync(), await heard.NextAsync()]);
        await Server.CommandAsync("FLUSHALL");
        Assert.Equal(new OrderReceipt(1, 0, 1), await a.GiveAsync("behind"u8.ToArray(), default).Soon());
        Assert.Equal("behind", await heard.NextAsync());
    }

    [Fact]
    public async Task Without_redis_an_order_fails_in_time()
    {
        var (a, _) = await ListenAsync(Patient with { Deadline = TimeSpan.FromSeconds(1) }, 0);
        Server.Signal("STOP");
        try
        {
            await Assert.ThrowsAsync<BackplaneUnavailableException>(
                () => a.GiveAsync("one"u8.ToArray(), default).Soon());
        }
        finally
        {
            Server.Signal("CONT");
        }
    }

    private async Task<(RedisBackplane Node, Listener Heard)> ListenAsync(RedisBackplaneOptions options, int done,
        Action? first = null)
    {
        var node = await OpenAsync(options);
        var listener = new Listener(done, first);
        Keep(new Ending(((INodeOrders)node).Listen(listener)));

        // It listens when an order of another node reaches it.
        var other = RedisBackplane.Open(Options, NullLogger<RedisBackplane>.Instance, TimeProvider.System);
        await other.WhenConnectedAsync(default).Soon();
        await Patience.UntilAsync(() => listener.IsThereAsync(other));
        await other.DisposeAsync().Soon();
        return (node, listener);
    }

    private sealed class Listener(int done, Action? first) : INodeOrderListener
    {
        private const string Probe = "are you there?";

        private readonly Channel<string> heard = Channel.CreateUnbounded<string>();
        private volatile bool isThere;

        public bool NothingMore => !heard.Reader.TryRead(out _);

        public int OnOrder(ReadOnlyMemory<byte> order, DateTimeOffset givenAt)
        {
            var text = System.Text.Encoding.Latin1.GetString(order.Span);
            if (text == Probe)
            {
                isThere = true;
                return 0;
            }

            first?.Invoke();
            heard.Writer.TryWrite(text);
            return done;
        }

        public async Task<bool> IsThereAsync(INodeOrders other)
        {
            await other.GiveAsync(System.Text.Encoding.Latin1.GetBytes(Probe), default).Soon();
            return isThere;
        }

        public Task<string> NextAsync() => heard.Reader.ReadAsync().AsTask().Soon();
    }

    private sealed class Ending(IDisposable listening) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            listening.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
