using Relay.Backplane.Support;
using Relay.TestServers;
using Relay.Yjs;

namespace Relay.Backplane.Specification;

/// <content>What <see cref="IDocumentLog.ReplaceAsync"/> promises.</content>
public abstract partial class DocumentLogSpecification
{
    private static LogEntry Deletion => new(Sample.Id(), EntryKind.Deleted, default);

    [ServerFact]
    public async Task A_replaced_log_holds_nothing_but_the_entry_that_began_it_anew()
    {
        var name = Sample.Name();
        var before = await Log.FillAsync(name, 40);
        await Log.CheckpointAsync(name, before[30], before[20], default).Soon();
        var deletion = Deletion;

        var result = await Other.Log.ReplaceAsync(name, before[1].Epoch, Position.None, deletion, default).Soon();

        Assert.Equal(AppendOutcome.StartedEpoch, result.Outcome);
        Assert.True(result.Position.Epoch > before[1].Epoch);
        Assert.Equal((1, deletion.Id, EntryId.None), (result.Position.Offset, result.Position.Id, result.Previous));
        var read = await Log.ReadAsync(name, Position.None, default).Soon();
        Assert.Equal((LogReadOutcome.Entries, result.Position, new Position(result.Position.Epoch, 0, EntryId.None)),
            (read.Outcome, read.End, read.Start));
        Assert.Equal((deletion.Id, EntryKind.Deleted), (read.Entries.Single().Position.Id, read.Entries.Single().Kind));
        Assert.Equal(LogReadOutcome.OtherEpoch, (await Log.ReadAsync(name, before[40], default).Soon()).Outcome);
        Assert.Equal(AppendOutcome.OtherEpoch,
            (await Log.AppendAsync(name, before[1].Epoch, Sample.Update(1), default).Soon()).Outcome);
    }

    [ServerFact]
    public async Task A_log_of_another_epoch_is_not_replaced()
    {
        var name = Sample.Name();
        var before = await Log.FillAsync(name, 3);

        foreach (var epoch in new[] { 0, before[1].Epoch - 1, before[1].Epoch + 1 })
        {
            var result = await Log.ReplaceAsync(name, epoch, Position.None, Deletion, default).Soon();
            Assert.Equal(new AppendResult(AppendOutcome.OtherEpoch, before[3], EntryId.None), result);
        }

        Assert.Equal(["1", "2", "3"], (await Log.ReadAsync(name, Position.None, default).Soon()).Entries.Texts());
    }

    [ServerFact]
    public async Task A_log_that_has_grown_since_its_end_was_read_is_not_replaced()
    {
        var name = Sample.Name();
        var before = await Log.FillAsync(name, 3);

        var late = await Log.ReplaceAsync(name, before[1].Epoch, before[2], Deletion, default).Soon();
        Assert.Equal(new AppendResult(AppendOutcome.OtherEpoch, before[3], EntryId.None), late);
        Assert.Equal(["1", "2", "3"], (await Log.ReadAsync(name, Position.None, default).Soon()).Entries.Texts());

        var result = await Log.ReplaceAsync(name, before[1].Epoch, before[3], Deletion, default).Soon();
        Assert.Equal(AppendOutcome.StartedEpoch, result.Outcome);
        Assert.Equal(result.Position, (await Log.ReadAsync(name, Position.None, default).Soon()).End);
    }

    [ServerFact]
    public async Task A_repeated_replacement_is_answered_like_the_first_and_ends_nothing()
    {
        var name = Sample.Name();
        var before = await Log.FillAsync(name, 3);
        var creation = new LogEntry(Sample.Id(), EntryKind.Created, default);

        var first = await Log.ReplaceAsync(name, before[1].Epoch, Position.None, creation, default).Soon();
        var next = await Log.AppendAsync(name, first.Position.Epoch, Sample.Update(1), default).Soon();
        var repeated = await Other.Log.ReplaceAsync(name, before[1].Epoch, Position.None, creation, default).Soon();

        Assert.Equal(first, repeated);
        Assert.Equal(new AppendResult(AppendOutcome.Stored, next.Position, first.Position.Id), next);
        Assert.Equal([creation.Id, next.Position.Id],
            (await Log.ReadAsync(name, Position.None, default).Soon()).Entries.Select(entry => entry.Position.Id));
    }

    [ServerFact]
    public async Task Without_a_log_a_replacement_starts_one_above_the_callers_epoch()
    {
        const long ahead = 1L << 52;
        var result = await Log.ReplaceAsync(Sample.Name(), ahead, Position.None, Deletion, default).Soon();
        Assert.Equal((AppendOutcome.StartedEpoch, ahead + 1, 1),
            (result.Outcome, result.Position.Epoch, result.Position.Offset));
    }

    [ServerFact]
    public async Task A_replaced_log_takes_appends_and_checkpoints_of_its_own_and_ignores_those_of_the_one_before()
    {
        var name = Sample.Name();
        var before = await Log.FillAsync(name, 5);
        var creation = new LogEntry(Sample.Id(), EntryKind.Created, default);
        var first = (await Log.ReplaceAsync(name, before[1].Epoch, Position.None, creation, default).Soon()).Position;
        await Log.CheckpointAsync(name, before[5], before[4], default).Soon();
        var second = (await Log.AppendAsync(name, first.Epoch, Sample.Update(2), default).Soon()).Position;
        await Log.CheckpointAsync(name, second, first, default).Soon();

        var read = await Log.ReadAsync(name, first, default).Soon();

        Assert.Equal((LogReadOutcome.Entries, first, second), (read.Outcome, read.Start, read.End));
        Assert.Equal(["2"], read.Entries.Texts());
    }

    [ServerFact]
    public async Task Of_replacements_and_appends_at_once_one_order_holds_for_all()
    {
        var name = Sample.Name();
        var before = await Log.FillAsync(name, 1);
        var epoch = before[1].Epoch;

        var results = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() =>
            i % 10 == 0
                ? Log.ReplaceAsync(name, epoch, Position.None, Deletion, default).AsTask()
                : (i % 2 == 0 ? Log : Other.Log).AppendAsync(name, epoch, Sample.Update(i), default).AsTask()))).Soon();

        var began = Assert.Single(results, result => result.Outcome == AppendOutcome.StartedEpoch);
        var read = await Other.Log.ReadAsync(name, Position.None, default).Soon();
        Assert.Equal([began.Position], read.Entries.Select(entry => entry.Position));
        Assert.All(results.Where(result => result.Outcome == AppendOutcome.OtherEpoch),
            result => Assert.Equal(began.Position, result.Position));
    }
}
