using System.Globalization;
using System.Text.RegularExpressions;
using Relay.Backplane.Support;
using Relay.Yjs;
using StackExchange.Redis;

namespace Relay.Backplane;

/// <summary>Appends that share a call to Redis: held up there, so that it is known which do.</summary>
public sealed class RedisAppendsTogetherTests : RedisFixture
{
    private const int Documents = 50;

    private readonly DocumentName[] names = [.. Enumerable.Range(0, Documents).Select(i => Sample.Name($"{i}"))];

    [Fact]
    public async Task What_waits_goes_with_one_call_and_everybody_hears_it()
    {
        var node = await OpenAsync(Quiet);
        var other = await OpenAsync(Quiet);
        var recorders = new Recorder[Documents];
        for (var i = 0; i < Documents; i++)
        {
            recorders[i] = new Recorder();
            await other.SubscribeAsync(names[i], recorders[i], default).Soon();
        }

        var first = await StartAsync(node);
        var epochs = first.Select(at => at.Epoch).ToArray();
        var calls = await CallsAsync("evalsha");
        var entries = names.Select(_ => Sample.Update(2)).ToArray();
        var second = await TogetherAsync(node, entries, epochs);

        Assert.Equal(2, await CallsAsync("evalsha") - calls);
        for (var i = 0; i < Documents; i++)
        {
            Assert.Equal(new AppendResult(AppendOutcome.Stored, new Position(epochs[i], 2, entries[i].Id),
                first[i].Id), second[i].Result);
            Assert.Equal(["1", "2"], (await recorders[i].EntriesAsync(2)).Texts());
            Assert.Equal(["1", "2"], (await node.ReadAsync(names[i], Position.None, default).Soon()).Entries.Texts());
        }

        Assert.Equal(Documents, (await node.ListAsync(100, default).Soon()).Count);
    }

    [Fact]
    public async Task One_that_Redis_refuses_leaves_the_others_as_they_are()
    {
        var node = await OpenAsync(Quiet);
        await Server.CommandAsync("SET", Key(names[7], "head"), "no hash");
        var answers = await TogetherAsync(node, [.. names.Select(_ => Sample.Update(1))], new long[Documents]);
        for (var i = 0; i < Documents; i++)
        {
            Assert.Equal(i == 7, answers[i].Failure is not null);
        }

        Assert.Contains("WRONGTYPE", answers[7].Failure!.Message);
        var mixed = await TogetherAsync(node, [.. names.Select(_ => Sample.Update(2))],
            [.. answers.Select((answer, i) => i % 2 == 0 ? answer.Result.Position.Epoch : 3)]);
        Assert.All(mixed.Where((_, i) => i % 2 == 0),
            answer => Assert.Equal((AppendOutcome.Stored, 2L), (answer.Result.Outcome, answer.Result.Position.Offset)));
        Assert.All(mixed.Where((_, i) => i % 2 == 1 && i != 7),
            answer => Assert.Equal((AppendOutcome.OtherEpoch, 1L),
                (answer.Result.Outcome, answer.Result.Position.Offset)));
    }

    [Fact]
    public async Task A_script_that_Redis_forgot_is_sent_once_for_all_of_a_call()
    {
        var node = await OpenAsync(Quiet);
        await node.FillAsync(Sample.Name(), 1);
        await Server.CommandAsync("SCRIPT", "FLUSH");
        var answers = await TogetherAsync(node, [.. names.Select(_ => Sample.Update(1))], new long[Documents]);
        Assert.All(answers, answer => Assert.Equal(1, answer.Result.Position.Offset));
    }

    [Fact]
    public async Task A_call_whose_answer_is_lost_leaves_all_its_appends_to_be_repeated_and_each_is_stored_once()
    {
        await using var proxy = new TcpProxy(Server.Port);
        var node = await OpenAsync(Quiet with { Configuration = proxy.Address });
        var started = await StartAsync(node);
        var entries = names.Select((_, i) => Sample.Update(i == 9 ? "swallowed"u8.ToArray() : [(byte)'2'])).ToArray();
        proxy.SwallowTheAnswerTo("swallowed"u8.ToArray());

        var lost = await TogetherAsync(node, entries, [.. started.Select(at => at.Epoch)]);

        await proxy.Cut.Soon();
        Assert.Null(lost[0].Failure);
        Assert.All(lost.Skip(1), one => Assert.NotNull(one.Failure));
        for (var i = 1; i < Documents; i++)
        {
            var at = started[i];
            var repeat = Sample.Update(entries[i].Payload.ToArray()) with
            {
                Earlier = new[] { entries[i].Id },
                EarlierAfter = at,
            };
            var result = await UntilBackAsync(() => node.AppendAsync(names[i], at.Epoch, repeat, default).AsTask());
            Assert.Equal(new AppendResult(AppendOutcome.Stored, new Position(at.Epoch, 2, entries[i].Id), at.Id),
                result);
        }
    }

    [Fact]
    public async Task A_server_that_became_a_replica_refuses_the_whole_call()
    {
        var replica = await ReplicateAsync();
        using var redis = await ConnectionMultiplexer.ConnectAsync(replica.Address);
        PendingAppend[] appends = [.. names.Select(name =>
            new PendingAppend(Keys(name), 0, Sample.Update(1), replaced: null))];
        var error = await Assert.ThrowsAsync<RedisServerException>(() => redis.GetDatabase().ScriptEvaluateAsync(
            RedisScript.Append.Text, AppendScript.Keys(appends),
            AppendScript.Arguments([1000, RedisChannels.PublishCommand, "0", 100, "", ""], appends, 1000)).Soon());
        Assert.StartsWith("READONLY", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_wait_for_replicas_covers_all_of_a_call()
    {
        await ReplicateAsync();
        var node = await OpenAsync(Quiet with { MinReplicas = 1 });
        var other = await OpenAsync(Quiet);
        var recorder = new Recorder();
        await other.SubscribeAsync(names[^1], recorder, default).Soon();
        await node.FillAsync(Sample.Name(), 1);
        var waits = await CallsAsync("wait");

        var answers = await TogetherAsync(node, [.. names.Select(_ => Sample.Update(1))], new long[Documents]);

        Assert.All(answers, answer => Assert.Equal(1, answer.Result.Position.Offset));
        Assert.InRange(await CallsAsync("wait") - waits, 1, 2);
        Assert.Equal(["1"], (await recorder.EntriesAsync(1)).Texts());
    }

    private RedisBackplaneOptions Quiet => Options with
    {
        LogEndCheckInterval = TimeSpan.FromHours(1),
        Loops = Options.Loops is { } loops ? new OneLoop(loops) : null,
    };

    /// <summary>Begins each document's log with an append that comes alone.</summary>
    private async Task<Position[]> StartAsync(RedisBackplane node)
    {
        var started = new List<Position>();
        foreach (var name in names)
        {
            started.Add((await node.FillAsync(name, 1))[1]);
        }

        return [.. started];
    }

    /// <summary>
    /// Appends to each document while Redis carries no writes out: after appends that came alone, the first has a call
    /// of its own, and the others share the next.
    /// </summary>
    private async Task<(AppendResult Result, Exception? Failure)[]> TogetherAsync(
        RedisBackplane node, LogEntry[] entries, long[] epochs)
    {
        await Server.CommandAsync("CLIENT", "PAUSE", "60000", "WRITE");
        var appends = names.Select((name, i) => node.AppendAsync(name, epochs[i], entries[i], default).AsTask())
            .ToArray();
        await Server.CommandAsync("CLIENT", "UNPAUSE");
        var ended = new List<(AppendResult Result, Exception? Failure)>();
        foreach (var append in appends)
        {
            try
            {
                ended.Add((await append.Soon(), null));
            }
            catch (BackplaneUnavailableException e)
            {
                ended.Add((default, e));
            }
        }

        return [.. ended];
    }

    private async Task<int> CallsAsync(string command)
    {
        var found = Regex.Match(await Server.CommandAsync("INFO", "commandstats"), $"cmdstat_{command}:calls=([0-9]+)");
        return found.Success ? int.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
    }
}
