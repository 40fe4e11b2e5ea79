using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>Which appends go together, and what each caller is told; without Redis.</summary>
public sealed partial class AppendBatcherTests
{
    private readonly RedisKeys keys = new("relay", 256);
    private readonly DocumentName name = Sample.Name();

    [Fact]
    public async Task The_first_goes_alone_and_at_once_and_those_that_come_meanwhile_together_in_their_order()
    {
        var server = new HeldAppendServer();
        var batcher = new AppendBatcher(server);
        var entries = Enumerable.Range(0, 40).Select(i => Sample.Update(i)).ToArray();

        var appends = entries.Select(entry => Append(batcher, entry, i => Sample.Name())).ToArray();

        Assert.Equal(1, server.Count);
        var first = await server.NextAsync();
        Assert.Equal([entries[0].Id], first.Ids);
        first.Store();
        Assert.Equal(entries[0].Id, (await appends[0].Soon()).Position.Id);
        var second = await server.NextAsync();
        Assert.Equal(entries.Skip(1).Select(entry => entry.Id), second.Ids);
        Assert.All(appends.Skip(1), append => Assert.False(append.IsCompleted));
        second.Store();
        var results = await Task.WhenAll(appends.Skip(1)).Soon();
        Assert.Equal(Enumerable.Range(1, 39).Select(i => new Position(5, i, entries[i].Id)),
            results.Select(result => result.Position));
    }

    [Fact]
    public async Task After_some_that_came_together_another_thread_sends_what_has_come_until_it_begins()
    {
        var server = new HeldAppendServer();
        var others = new Queue<IThreadPoolWorkItem>();
        var batcher = new AppendBatcher(server, loops: null, others.Enqueue);
        _ = Append(batcher, Sample.Update(0));
        _ = Append(batcher, Sample.Update(1));
        (await server.NextAsync()).Store();
        (await server.NextAsync()).Store();

        foreach (var count in new[] { 5, 1 })
        {
            var calls = server.Count;
            var entries = Enumerable.Range(0, count).Select(i => Sample.Update(i)).ToArray();
            var appends = entries.Select(entry => Append(batcher, entry)).ToArray();
            Assert.Equal((calls, 1), (server.Count, others.Count));
            others.Dequeue().Execute();
            var call = await server.NextAsync();
            Assert.Equal(entries.Select(entry => entry.Id), call.Ids);
            call.Store();
            await Task.WhenAll(appends).Soon();
        }

        // The last one came alone.
        _ = Append(batcher, Sample.Update(9));
        Assert.Single((await server.NextAsync()).Ids);
        Assert.Empty(others);
    }

    [Fact]
    public async Task A_call_has_only_so_many_appends_and_bytes_and_a_larger_entry_goes_alone()
    {
        var server = new HeldAppendServer();
        var batcher = new AppendBatcher(server);
        _ = Append(batcher, Sample.Update(0));
        for (var i = 0; i < AppendQueue.MostAppends + 1; i++)
        {
            _ = Append(batcher, Sample.Update(i));
        }

        const int Half = AppendQueue.MostBytes / 2;
        foreach (var size in new[] { Half - 100, Half - 100, AppendQueue.MostBytes + 1, 1 })
        {
            _ = Append(batcher, Sample.Update(new byte[size]));
        }

        var sizes = new List<int>();
        while (sizes.Sum() < AppendQueue.MostAppends + 6)
        {
            var call = await server.NextAsync();
            sizes.Add(call.Ids.Length);
            call.Store();
        }

        Assert.Equal([1, AppendQueue.MostAppends, 3, 1, 1], sizes);
    }

    [Fact]
    public async Task A_call_has_only_so_many_tries_to_look_for()
    {
        var server = new HeldAppendServer();
        var batcher = new AppendBatcher(server);
        for (var i = 0; i < 40; i++)
        {
            _ = Append(batcher, Sample.Update(i) with { Earlier = new[] { Sample.Id(), Sample.Id() } });
        }

        var sizes = new List<int>();
        while (sizes.Sum() < 40)
        {
            var call = await server.NextAsync();
            sizes.Add(call.Ids.Length);
            call.Store();
        }

        Assert.Equal([1, 7, 7, 7, 7, 7, 4], sizes);
    }

    [Fact]
    public async Task One_that_fails_answers_only_its_own_caller()
    {
        var server = new HeldAppendServer();
        var batcher = new AppendBatcher(server);
        _ = Append(batcher, Sample.Update(0));
        var (bad, good) = (Sample.Update(1), Sample.Update(2));
        var (failing, stored) = (Append(batcher, bad), Append(batcher, good));
        (await server.NextAsync()).Store();

        (await server.NextAsync()).Store(id => id == bad.Id ? "WRONGTYPE it is" : null);

        var error = await Assert.ThrowsAsync<BackplaneUnavailableException>(() => failing.Soon());
        Assert.Contains("WRONGTYPE it is", error.Message);
        Assert.Equal(good.Id, (await stored.Soon()).Position.Id);
    }

    [Fact]
    public async Task A_call_whose_answer_is_lost_fails_all_of_it_and_the_next_one_goes()
    {
        var server = new HeldAppendServer();
        var batcher = new AppendBatcher(server);
        var first = Append(batcher, Sample.Update(0));
        var lost = new[] { Append(batcher, Sample.Update(1)), Append(batcher, Sample.Update(2)) };
        (await server.NextAsync()).Store();
        await first.Soon();
        var call = await server.NextAsync();
        var next = Append(batcher, Sample.Update(3));

        call.Fail(new BackplaneUnavailableException("The connection is lost."));

        foreach (var append in lost)
        {
            Assert.Equal("The connection is lost.",
                (await Assert.ThrowsAsync<BackplaneUnavailableException>(() => append.Soon())).Message);
        }

        (await server.NextAsync()).Store();
        await next.Soon();
    }

    [Fact]
    public async Task What_is_given_up_while_it_waits_is_not_sent_and_what_is_sent_is_given_up_alone()
    {
        var server = new HeldAppendServer();
        var batcher = new AppendBatcher(server);
        using var givenUp = new CancellationTokenSource();
        using var later = new CancellationTokenSource();
        _ = Append(batcher, Sample.Update(0));
        var (waits, sent, stays) = (Sample.Update(1), Sample.Update(2), Sample.Update(3));
        var waiting = Append(batcher, waits, cancellation: givenUp.Token);
        var sending = Append(batcher, sent, cancellation: later.Token);
        var staying = Append(batcher, stays);

        await givenUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Soon());
        (await server.NextAsync()).Store();
        var call = await server.NextAsync();
        Assert.Equal([sent.Id, stays.Id], call.Ids);
        await later.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.Soon());
        Assert.False(staying.IsCompleted);
        call.Store();
        Assert.Equal(stays.Id, (await staying.Soon()).Position.Id);
    }

    [Fact]
    public async Task When_all_that_wait_are_given_up_the_next_append_goes_at_once()
    {
        var server = new HeldAppendServer();
        var batcher = new AppendBatcher(server);
        using var givenUp = new CancellationTokenSource();
        var first = Append(batcher, Sample.Update(0));
        _ = Append(batcher, Sample.Update(1), cancellation: givenUp.Token);
        await givenUp.CancelAsync();
        (await server.NextAsync()).Store();
        await first.Soon();

        _ = Append(batcher, Sample.Update(2));
        Assert.Single((await server.NextAsync()).Ids);
    }

    [Fact]
    public async Task The_next_call_goes_while_replicas_are_waited_for_and_what_they_lack_is_not_answered()
    {
        var confirmed = new TaskCompletionSource();
        var server = new HeldAppendServer { Confirmed = confirmed.Task };
        var batcher = new AppendBatcher(server);
        _ = Append(batcher, Sample.Update(0));
        var (other, stored) = (Append(batcher, Sample.Update(1)), Append(batcher, Sample.Update(2)));
        (await server.NextAsync()).Store();
        var call = await server.NextAsync();
        _ = Append(batcher, Sample.Update(3));

        call.StoreBehindOtherEpoch();
        await server.NextAsync();
        Assert.False(other.IsCompleted || stored.IsCompleted);
        confirmed.SetException(new BackplaneUnavailableException("No replica has it."));

        Assert.Equal(AppendOutcome.OtherEpoch, (await other.Soon()).Outcome);
        Assert.Equal("No replica has it.",
            (await Assert.ThrowsAsync<BackplaneUnavailableException>(() => stored.Soon())).Message);
    }

    [Fact]
    public async Task A_caller_that_keeps_its_thread_holds_up_no_other()
    {
        var server = new HeldAppendServer();
        var batcher = new AppendBatcher(server);
        using var gate = new SemaphoreSlim(0);
        var blocked = BlockAsync();
        var others = new[] { Append(batcher, Sample.Update(1)), Append(batcher, Sample.Update(2)) };
        var call = await server.NextAsync();
        var answering = Task.Run(() => call.Store());

        var next = await server.NextAsync();
        Assert.Equal(2, next.Ids.Length);
        next.Store();
        await Task.WhenAll(others).Soon();
        gate.Release();
        await blocked.Soon();
        await answering.Soon();

        async Task BlockAsync()
        {
            await Append(batcher, Sample.Update(0));
            gate.Pass();
        }
    }

    [Fact]
    public async Task Calls_that_fail_at_once_do_not_pile_up()
    {
        var server = new HeldAppendServer();
        var batcher = new AppendBatcher(server);
        _ = Append(batcher, Sample.Update(0));
        var appends = Enumerable.Range(0, 200 * AppendQueue.MostAppends)
            .Select(i => Append(batcher, Sample.Update(i))).ToArray();
        server.Failure = new BackplaneUnavailableException("Redis is away.");
        (await server.NextAsync()).Store();

        await Assert.ThrowsAsync<BackplaneUnavailableException>(() => Task.WhenAll(appends).Soon());
        Assert.All(appends, append => Assert.True(append.IsFaulted));
    }

    private Task<AppendResult> Append(AppendBatcher batcher, LogEntry entry,
        Func<DocumentName, DocumentName>? document = null, CancellationToken cancellation = default) =>
        batcher.AppendAsync(
            new PendingAppend(keys.Of(document?.Invoke(name) ?? name), 5, entry, replaced: null), cancellation);
}
