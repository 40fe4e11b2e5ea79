using System.Runtime.Versioning;
using System.Text;
using Relay.Backplane.Support;
using Relay.Sockets;
using StackExchange.Redis;

namespace Relay.Backplane;

/// <summary>One direct connection, against answers that a test writes.</summary>
[SupportedOSPlatform("linux")]
public sealed class DirectConnectionTests
{
    private readonly RedisKey[] keys = ["key"];
    private readonly RedisValue[] arguments = [12, "text", RedisValue.EmptyString];

    [Fact]
    public async Task Answers_go_to_their_commands_in_order_whatever_comes_between_and_in_whatever_pieces()
    {
        using var redis = new FakeRedis();
        var messages = new List<string>();
        var first = EvaluateAsync(redis);
        var subscribing = redis.Connection.SubscribeAsync("ch", message =>
            messages.Add(Encoding.UTF8.GetString(message)));
        var second = EvaluateAsync(redis);
        var digits = Encoding.ASCII.GetString(RedisScript.Append.HashDigits);
        var call = $"EVALSHA {digits} 1 key 12 text ";
        Assert.Equal($"{call}SSUBSCRIBE ch {call}", await redis.ReceiveAsync(3));

        foreach (var piece in "$3\r\none\r\n>3\r\n$10\r\nssubscribe\r\n$2\r\nch\r\n:1\r\n"
            + ">3\r\n$8\r\nsmessage\r\n$2\r\nch\r\n$1\r\na\r\n>3\r\n$8\r\nsmessage\r\n$5\r\nother\r\n$1\r\nx\r\n"
            + ">3\r\n$8\r\nsmessage\r\n$2\r\nch\r\n$1\r\nb\r\n$-1\r\n")
        {
            await redis.SendAsync($"{piece}");
        }

        Assert.Equal("one"u8.ToArray(), await first.Soon());
        await subscribing.Soon();
        Assert.Null(await second.Soon());
        Assert.Equal(["a", "b"], messages);

        redis.Connection.Unsubscribe("ch");
        Assert.Equal("SUNSUBSCRIBE ch ", await redis.ReceiveAsync());
        var third = EvaluateAsync(redis);
        await redis.SendAsync(">3\r\n$8\r\nsmessage\r\n$2\r\nch\r\n$1\r\nc\r\n"
            + ">3\r\n$12\r\nsunsubscribe\r\n$2\r\nch\r\n:0\r\n$0\r\n\r\n");
        Assert.Empty((await third.Soon())!);
        Assert.Equal(["a", "b"], messages);
    }

    [Fact]
    public async Task The_caller_of_a_script_goes_on_on_the_loop_and_that_of_a_subscription_does_not()
    {
        using var redis = new FakeRedis();
        var evaluated = OnLoopAsync(EvaluateAsync(redis));
        var subscribed = OnLoopAsync(redis.Connection.SubscribeAsync("ch", _ => { }));
        await redis.SendAsync("$0\r\n\r\n>3\r\n$10\r\nssubscribe\r\n$2\r\nch\r\n:1\r\n");
        Assert.True(await evaluated.Soon());
        Assert.False(await subscribed.Soon());

        static async Task<bool> OnLoopAsync(Task task)
        {
            await task.ConfigureAwait(ConfigureAwaitOptions.None);
            return LoopThread.IsCurrent;
        }
    }

    [Theory]
    [InlineData("NOSCRIPT No matching script.", true)]
    [InlineData("NOPERM no permissions", true)]
    [InlineData("READONLY You can't write against a read only replica.", false)]
    [InlineData("LOADING Redis is loading the dataset in memory", false)]
    [InlineData("MOVED 1 127.0.0.1:7000", false)]
    public async Task What_Redis_did_not_carry_out_is_refused_and_a_wrong_server_is_left(string error, bool isOpen)
    {
        using var redis = new FakeRedis();
        var call = EvaluateAsync(redis);
        await redis.SendAsync($"-{error}\r\n");
        Assert.Equal(error, (await Assert.ThrowsAsync<DirectRefusedException>(() => call.Soon())).Message);
        if (!isOpen)
        {
            Assert.Equal(error, await redis.Ended.Soon());
        }

        Assert.Equal(isOpen, redis.Connection.IsOpen);
    }

    [Fact]
    public async Task Of_another_error_the_outcome_is_unknown()
    {
        using var redis = new FakeRedis();
        var call = EvaluateAsync(redis);
        await redis.SendAsync("-ERR something else\r\n");
        var error = await Assert.ThrowsAsync<BackplaneUnavailableException>(() => call.Soon());
        Assert.Contains("something else", error.Message, StringComparison.Ordinal);
        Assert.True(redis.Connection.IsOpen);
    }

    [Theory]
    [InlineData("?")]
    [InlineData("$-5\r\n")]
    [InlineData("$1\r\na\r\n$1\r\na\r\n$1\r\na\r\n")]
    [InlineData(">3\r\n$10\r\nssubscribe\r\n$2\r\nch\r\n:1\r\n")]
    [InlineData("$1\r\na\r\n>3\r\n$10\r\nssubscribe\r\n$5\r\nother\r\n:1\r\n")]
    [InlineData("$1\r\na\r\n$1\r\na\r\n")]
    public async Task It_ends_when_the_server_answers_what_was_not_asked(string answer)
    {
        using var redis = new FakeRedis();
        var call = EvaluateAsync(redis);
        var subscribing = redis.Connection.SubscribeAsync("ch", _ => { });
        await redis.SendAsync(answer);
        await redis.Ended.Soon();
        Assert.False(redis.Connection.IsOpen);
        await Assert.ThrowsAsync<BackplaneUnavailableException>(() => subscribing.Soon());
        Assert.Equal(answer.StartsWith("$1", StringComparison.Ordinal), call.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task When_it_is_closed_the_outcome_of_what_waits_is_unknown_and_nothing_more_is_taken()
    {
        using var redis = new FakeRedis();
        var call = EvaluateAsync(redis);
        await redis.ReceiveAsync();
        redis.Close();
        await Assert.ThrowsAsync<BackplaneUnavailableException>(() => call.Soon());
        await redis.Ended.Soon();
        Assert.Throws<DirectRefusedException>(() => { _ = EvaluateAsync(redis); });
        await Assert.ThrowsAsync<DirectRefusedException>(() => redis.Connection.SubscribeAsync("ch", _ => { }).Soon());
        redis.Connection.Unsubscribe("ch");
        redis.Connection.Check(TimeSpan.Zero);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_in_time_is_left()
    {
        var time = new FakeTimeProvider();
        using var redis = new FakeRedis(time);
        var deadline = TimeSpan.FromSeconds(5);
        redis.Connection.Check(deadline);
        Assert.Equal("PING ", await redis.ReceiveAsync());
        time.Advance(deadline);
        redis.Connection.Check(deadline);
        var call = EvaluateAsync(redis);
        await redis.SendAsync("+PONG\r\n$0\r\n\r\n");
        await call.Soon();

        redis.Connection.Check(deadline);
        time.Advance(deadline);
        redis.Connection.Check(deadline);
        Assert.True(redis.Connection.IsOpen);
        time.Advance(TimeSpan.FromMilliseconds(1));
        redis.Connection.Check(deadline);
        Assert.Equal("Redis does not answer in time", await redis.Ended.Soon());
    }

    [Fact]
    public async Task Large_commands_and_large_answers_pass_whole()
    {
        using var redis = new FakeRedis();
        var large = new byte[5 << 20];
        Array.Fill(large, (byte)'x');
        var call = redis.Connection.EvaluateAsync(RedisScript.Append, keys, [large]);
        await redis.DrainAsync(large.Length);
        var answering = redis.SendAsync($"${large.Length}\r\n{Encoding.ASCII.GetString(large)}\r\n");
        Assert.Equal(large, await call.Soon());
        await answering;
    }

    private Task<byte[]?> EvaluateAsync(FakeRedis redis) =>
        redis.Connection.EvaluateAsync(RedisScript.Append, keys, arguments);
}
