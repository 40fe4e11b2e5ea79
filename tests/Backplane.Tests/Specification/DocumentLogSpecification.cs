using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane.Specification;

/// <summary>
/// What <see cref="IDocumentLog"/> promises about appends; reads and checkpoints are in the other part.
/// </summary>
public abstract partial class DocumentLogSpecification : BackplaneSpecification
{
    [Fact]
    public async Task The_first_append_starts_an_epoch_from_the_clock()
    {
        var before = Micros(DateTimeOffset.UtcNow.AddMinutes(-1));
        var entry = Sample.Update(1);

        var result = await Log.AppendAsync(Sample.Name(), 0, entry, default).Soon();

        Assert.Equal(AppendOutcome.StartedEpoch, result.Outcome);
        Assert.Equal(new Position(result.Position.Epoch, 1, entry.Id), result.Position);
        Assert.Equal(EntryId.None, result.Previous);
        Assert.InRange(result.Position.Epoch, before, Micros(DateTimeOffset.UtcNow.AddMinutes(1)));
    }

    [Fact]
    public async Task The_first_append_starts_an_epoch_above_the_callers()
    {
        const long ahead = 1L << 52;

        var result = await Log.AppendAsync(Sample.Name(), ahead, Sample.Update(1), default).Soon();

        Assert.Equal(AppendOutcome.StartedEpoch, result.Outcome);
        Assert.Equal(ahead + 1, result.Position.Epoch);
    }

    [Fact]
    public async Task Offsets_have_no_holes_and_every_entry_names_the_one_before()
    {
        var name = Sample.Name();
        var first = await Log.AppendAsync(name, 0, Sample.Update(0), default).Soon();
        var last = first;
        for (var i = 1; i < 30; i++)
        {
            var entry = Sample.Update(i);
            var result = await (i % 2 == 0 ? Log : Other.Log)
                .AppendAsync(name, first.Position.Epoch, entry, default).Soon();
            Assert.Equal(
                new AppendResult(AppendOutcome.Stored, new Position(first.Position.Epoch, i + 1, entry.Id),
                    last.Position.Id), result);
            last = result;
        }

        var read = await Other.Log.ReadAsync(name, Position.None, default).Soon();
        Assert.Equal(LogReadOutcome.Entries, read.Outcome);
        Assert.Equal(Enumerable.Range(0, 30).Select(i => $"{i}"), read.Entries.Texts());
        Sample.AssertChained(new Position(first.Position.Epoch, 0, EntryId.None), read.Entries);
        Assert.Equal(last.Position, read.End);
    }

    [Fact]
    public async Task An_append_under_another_epoch_stores_nothing()
    {
        var name = Sample.Name();
        var positions = await Log.FillAsync(name, 3);

        var older = await Log.AppendAsync(name, positions[3].Epoch - 1, Sample.Update(9), default).Soon();
        var result = await Log.AppendAsync(name, positions[3].Epoch + 1, Sample.Update(9), default).Soon();
        var unknowing = await Log.AppendAsync(name, 0, Sample.Update(9), default).Soon();

        Assert.Equal(AppendOutcome.OtherEpoch, older.Outcome);
        Assert.Equal(positions[3], older.Position);
        Assert.Equal(AppendOutcome.OtherEpoch, result.Outcome);
        Assert.Equal(positions[3], result.Position);
        Assert.Equal(AppendOutcome.OtherEpoch, unknowing.Outcome);
        Assert.Equal(positions[3], unknowing.Position);
        Assert.Equal(["1", "2", "3"], (await Log.ReadAsync(name, Position.None, default).Soon()).Entries.Texts());
    }

    [Fact]
    public async Task Concurrent_appenders_to_one_document_get_a_total_order()
    {
        var name = Sample.Name();
        var positions = await Log.FillAsync(name, 1);

        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(task => Task.Run(async () =>
        {
            var mine = new List<AppendResult>();
            for (var i = 0; i < 50; i++)
            {
                mine.Add(
                    await (task % 2 == 0 ? Log : Other.Log)
                    .AppendAsync(name, positions[1].Epoch, Sample.Update(i), default));
            }

            Assert.Equal(mine.OrderBy(result => result.Position.Offset), mine);
            return mine;
        }))).Soon();

        var all = results.SelectMany(result => result).OrderBy(result => result.Position.Offset).ToArray();
        Assert.Equal(Enumerable.Range(2, 400).Select(i => (long)i), all.Select(result => result.Position.Offset));
        var read = await Log.ReadAsync(name, positions[1], default).Soon();
        Assert.Equal(all.Select(result => result.Position), read.Entries.Select(entry => entry.Position));
        Assert.Equal(all.Select(result => result.Previous), read.Entries.Select(entry => entry.Previous));
        Sample.AssertChained(positions[1], read.Entries);
    }

    [Fact]
    public async Task Concurrent_first_appends_start_one_epoch()
    {
        var name = Sample.Name();

        var results = await Task.WhenAll(Enumerable.Range(0, 10)
            .Select(i => Task.Run(() => Log.AppendAsync(name, 0, Sample.Update(i), default).AsTask()))).Soon();

        Assert.Single(results, result => result.Outcome == AppendOutcome.StartedEpoch);
        Assert.Equal(9, results.Count(result => result.Outcome == AppendOutcome.OtherEpoch));
        Assert.Single((await Log.ReadAsync(name, Position.None, default).Soon()).Entries);
    }

    [Fact]
    public async Task Documents_do_not_mix_however_their_names_look()
    {
        string[] texts = ["a", "A", "a ", "a/b", "a%2Fb", "{r0}a", "r0}:a", "*", "ä\u0000\n", "a\u0308",
            new string('x', 900), new string('x', 901), "../a", "日本語 🎈"];
        var suffix = Guid.NewGuid().ToString("n");
        var names = texts.Select(text => DocumentName.Create(text + suffix)).ToArray();

        await Task.WhenAll(names.Select((name, i) => Task.Run(async () =>
        {
            var first = await Log.AppendAsync(name, 0, Sample.Update(i), default);
            for (var k = 0; k < 5; k++)
            {
                await Log.AppendAsync(name, first.Position.Epoch, Sample.Update(i), default);
            }
        }))).Soon();

        for (var i = 0; i < names.Length; i++)
        {
            var read = await Log.ReadAsync(names[i], Position.None, default).Soon();
            Assert.Equal(Enumerable.Repeat($"{i}", 6), read.Entries.Texts());
        }
    }

    [Fact]
    public async Task Payloads_of_all_sizes_and_kinds_come_back_as_they_were()
    {
        var name = Sample.Name();
        var epoch = (await Log.AppendAsync(name, 0, Sample.Update(), default).Soon()).Position.Epoch;
        var expected = new List<byte[]> { Array.Empty<byte>() };
        foreach (var size in new[] { 1, 7, 8, 9, 255, 65_535, 65_536, 65_537, 300_000, 3_000_000 })
        {
            var bytes = new byte[size];
            new Random(size).NextBytes(bytes);
            expected.Add(bytes);
            await Log.AppendAsync(name, epoch, Sample.Update([.. bytes]), default).Soon();
        }

        await Log.AppendAsync(name, epoch, new LogEntry(Sample.Id(), EntryKind.Deleted, default), default).Soon();

        var read = await Log.ReadAsync(name, Position.None, default).Soon();
        Assert.Equal(expected, read.Entries.SkipLast(1).Select(entry => entry.Payload.ToArray()));
        Assert.All(read.Entries.SkipLast(1), entry => Assert.Equal(EntryKind.Update, entry.Kind));
        Assert.Equal(EntryKind.Deleted, read.Entries[^1].Kind);
        Assert.True(read.Entries[^1].Payload.IsEmpty);
    }

    [Fact]
    public async Task The_callers_memory_is_its_own_again_after_the_append()
    {
        var name = Sample.Name();
        var memory = new byte[] { 1, 2, 3 };

        await Log.AppendAsync(name, 0, Sample.Update(memory), default).Soon();
        Array.Clear(memory);

        Assert.Equal([1, 2, 3],
            (await Log.ReadAsync(name, Position.None, default).Soon()).Entries[0].Payload.ToArray());
    }

    [Fact]
    public async Task A_cancelled_call_is_not_made()
    {
        var name = Sample.Name();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Log.AppendAsync(name, 0, Sample.Update(1), cancelled.Token).Soon());

        Assert.Equal(LogReadOutcome.NoLog, (await Log.ReadAsync(name, Position.None, default).Soon()).Outcome);
    }

    private static long Micros(DateTimeOffset time) =>
        (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
