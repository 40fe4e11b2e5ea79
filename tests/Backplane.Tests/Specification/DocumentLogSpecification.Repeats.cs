using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane.Specification;

/// <content>What <see cref="IDocumentLog.AppendAsync"/> promises to those who repeat an append.</content>
public abstract partial class DocumentLogSpecification
{
    [Fact]
    public async Task A_repeated_append_is_stored_once_and_answered_with_its_position()
    {
        var name = Sample.Name();
        var first = await Log.AppendAsync(name, 0, Sample.Update(0), default).Soon();
        var entries = Enumerable.Range(1, 40).Select(i => Sample.Update(i)).ToArray();
        var results = new List<AppendResult>();
        foreach (var entry in entries)
        {
            results.Add(await Log.AppendAsync(name, first.Position.Epoch, entry, default).Soon());
        }

        for (var i = 0; i < entries.Length; i++)
        {
            Assert.Equal(results[i],
                await Other.Log.AppendAsync(name, first.Position.Epoch, entries[i].Again(), default).Soon());
        }

        Assert.Equal(41, (await Log.ReadAsync(name, Position.None, default).Soon()).Entries.Count);
    }

    [Fact]
    public async Task A_repeat_under_a_new_id_that_names_the_tries_before_is_stored_once()
    {
        var name = Sample.Name();
        var first = await Log.AppendAsync(name, 0, Sample.Update(0), default).Soon();
        var epoch = first.Position.Epoch;
        var (lost, stored, repeat) = (Sample.Update(1), Sample.Update(1), Sample.Update(1));
        var result = await Log.AppendAsync(name, epoch, stored, default).Soon();
        await Log.AppendAsync(name, epoch, Sample.Update(2), default).Soon();

        repeat = repeat with { Earlier = new[] { stored.Id, lost.Id } };
        Assert.Equal(result, await Other.Log.AppendAsync(name, epoch, repeat, default).Soon());
        Assert.Equal(3, (await Log.ReadAsync(name, Position.None, default).Soon()).Entries.Count);

        // None of the tries that it names was stored: so it is.
        var late = Sample.Update(3) with { Earlier = new[] { lost.Id } };
        var anew = await Other.Log.AppendAsync(name, epoch, late, default).Soon();
        Assert.Equal(new Position(epoch, 4, late.Id), anew.Position);
        Assert.Equal(4, (await Log.ReadAsync(name, Position.None, default).Soon()).Entries.Count);
    }

    [Fact]
    public async Task A_repeat_is_found_behind_the_position_that_it_names_and_wherever_it_is_if_the_log_lacks_that()
    {
        var name = Sample.Name();
        var positions = await Log.FillAsync(name, 30);
        var stored = Sample.Update(31);
        var result = await Log.AppendAsync(name, positions[1].Epoch, stored, default).Soon();
        await Log.AppendAsync(name, positions[1].Epoch, Sample.Update(32), default).Soon();
        await Log.CheckpointAsync(name, positions[30], positions[20], default).Soon();
        var repeat = Sample.Update(31) with { Earlier = new[] { Sample.Id(), stored.Id } };
        Position[] named =
        [
            positions[30], positions[25], positions[20], positions[10], Position.None,
            positions[25] with { Id = Sample.Id() }, positions[20] with { Id = Sample.Id() },
            new Position(positions[1].Epoch, 90, Sample.Id()), new Position(positions[1].Epoch + 1, 31, stored.Id),
            new Position(positions[1].Epoch, 31, Sample.Id()),
        ];

        foreach (var after in named)
        {
            repeat = repeat with { EarlierAfter = after };
            Assert.Equal(result, await Other.Log.AppendAsync(name, positions[1].Epoch, repeat, default).Soon());
        }

        // The first entry that the log still has: the one before it is known all the same.
        await Log.CheckpointAsync(name, result.Position, positions[30], default).Soon();
        Assert.Equal(result, await Other.Log.AppendAsync(name, positions[1].Epoch, repeat, default).Soon());
        var read = await Log.ReadAsync(name, positions[30], default).Soon();
        Assert.Equal(["31", "32"], read.Entries.Texts());
    }

    [Fact]
    public async Task A_repeat_under_another_epoch_is_answered_like_its_try_or_with_the_logs_end()
    {
        var name = Sample.Name();
        var positions = await Log.FillAsync(name, 3);
        var stored = Sample.Update(4);
        var result = await Log.AppendAsync(name, positions[1].Epoch, stored, default).Soon();

        Assert.Equal(result, await Log.AppendAsync(name, 0, stored.Again(), default).Soon());
        Assert.Equal(new AppendResult(AppendOutcome.OtherEpoch, result.Position, EntryId.None),
            await Log.AppendAsync(name, 0, Sample.Update(4).Again(), default).Soon());
    }

    [Fact]
    public async Task A_repeat_by_the_caller_that_started_the_epoch_says_so_again()
    {
        var name = Sample.Name();
        var entry = Sample.Update(1);
        var first = await Log.AppendAsync(name, 7, entry, default).Soon();
        await Log.AppendAsync(name, first.Position.Epoch, Sample.Update(2), default).Soon();

        var unknowing = await Log.AppendAsync(name, 7, entry.Again(), default).Soon();
        var knowing = await Log.AppendAsync(name, first.Position.Epoch, entry.Again(), default).Soon();

        Assert.Equal(first, unknowing);
        Assert.Equal(first with { Outcome = AppendOutcome.Stored }, knowing);
    }

    [Fact]
    public async Task Concurrent_repeats_are_stored_once()
    {
        var name = Sample.Name();
        var positions = await Log.FillAsync(name, 1);
        var entry = Sample.Update(2).Again(positions[1]);

        var results = await Task.WhenAll(Enumerable.Range(0, 20)
            .Select(i => Task.Run(
                () => (i % 2 == 0 ? Log : Other.Log).AppendAsync(name, positions[1].Epoch, entry, default).AsTask())))
                .Soon();

        Assert.Single(results.Distinct());
        Assert.Equal(["1", "2"], (await Log.ReadAsync(name, Position.None, default).Soon()).Entries.Texts());
    }
}
