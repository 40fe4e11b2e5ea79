using Relay.Backplane.Support;
using Relay.TestServers;
using Relay.Yjs;

namespace Relay.Backplane.Specification;

public abstract partial class DocumentLogSpecification
{
    [ServerFact]
    public async Task A_document_without_entries_has_no_log()
    {
        foreach (var after in new[] { Position.None, new Position(5, 3, new EntryId(1)) })
        {
            var read = await Log.ReadAsync(Sample.Name(), after, default).Soon();

            Assert.Equal(LogReadOutcome.NoLog, read.Outcome);
            Assert.Empty(read.Entries);
            Assert.Equal(Position.None, read.End);
            Assert.Equal(Position.None, read.Start);
        }
    }

    [ServerFact]
    public async Task A_read_gives_what_follows_each_position_of_the_log()
    {
        var name = Sample.Name();
        var positions = await Log.FillAsync(name, 5);

        for (var i = 0; i <= 5; i++)
        {
            AssertRead(await Log.ReadAsync(name, positions[i], default).Soon(), LogReadOutcome.Entries, positions,
                start: 0, from: i);
        }

        AssertRead(await Log.ReadAsync(name, Position.None, default).Soon(), LogReadOutcome.Entries, positions,
            start: 0, from: 0);
    }

    [ServerFact]
    public async Task A_position_that_is_not_of_the_log_is_told_why_and_gets_all()
    {
        var name = Sample.Name();
        var positions = await Log.FillAsync(name, 5);
        var end = positions[5];
        var cases = new (Position After, LogReadOutcome Expected)[]
        {
            (end with { Epoch = end.Epoch + 1 }, LogReadOutcome.OtherEpoch),
            (end with { Epoch = end.Epoch - 1 }, LogReadOutcome.OtherEpoch),
            (new Position(end.Epoch - 1, 0, EntryId.None), LogReadOutcome.OtherEpoch),
            (end with { Offset = 6 }, LogReadOutcome.BeyondEnd),
            (new Position(end.Epoch, 1000, Sample.Id()), LogReadOutcome.BeyondEnd),
            (end with { Id = Sample.Id() }, LogReadOutcome.OtherEntry),
            (end with { Offset = 4 }, LogReadOutcome.OtherEntry),
            (positions[1] with { Id = Sample.Id() }, LogReadOutcome.OtherEntry),
        };

        foreach (var (after, expected) in cases)
        {
            AssertRead(await Log.ReadAsync(name, after, default).Soon(), expected, positions, start: 0, from: 0);
        }
    }

    [ServerFact]
    public async Task After_a_trim_older_positions_are_told_and_newer_ones_are_served()
    {
        var name = Sample.Name();
        var positions = await Log.FillAsync(name, 8);

        await Log.CheckpointAsync(name, positions[6], positions[3], default).Soon();

        foreach (var after in new[] { Position.None, positions[0], positions[1], positions[2],
            positions[1] with { Id = Sample.Id() } })
        {
            AssertRead(await Log.ReadAsync(name, after, default).Soon(), LogReadOutcome.Trimmed, positions,
                start: 3, from: 3);
        }

        for (var i = 3; i <= 8; i++)
        {
            AssertRead(await Log.ReadAsync(name, positions[i], default).Soon(), LogReadOutcome.Entries, positions,
                start: 3, from: i);
        }

        AssertRead(await Log.ReadAsync(name, positions[3] with { Id = Sample.Id() }, default).Soon(),
            LogReadOutcome.OtherEntry, positions, start: 3, from: 3);
        AssertRead(await Log.ReadAsync(name, positions[4] with { Id = Sample.Id() }, default).Soon(),
            LogReadOutcome.OtherEntry, positions, start: 3, from: 3);
    }

    [ServerFact]
    public async Task A_trim_needs_the_exact_name_of_an_entry()
    {
        var name = Sample.Name();
        var positions = await Log.FillAsync(name, 5);
        var wrong = new[]
        {
            Position.None,
            positions[3] with { Id = Sample.Id() },
            positions[3] with { Epoch = positions[3].Epoch + 1 },
            positions[3] with { Epoch = positions[3].Epoch - 1 },
            positions[3] with { Offset = 2 },
            positions[3] with { Offset = 60 },
        };

        foreach (var trim in wrong)
        {
            await Log.CheckpointAsync(name, positions[5], trim, default).Soon();
            AssertRead(await Log.ReadAsync(name, Position.None, default).Soon(), LogReadOutcome.Entries, positions,
                start: 0, from: 0);
        }
    }

    [ServerFact]
    public async Task A_trim_beyond_what_is_saved_is_ignored()
    {
        var name = Sample.Name();
        var positions = await Log.FillAsync(name, 5);

        await Log.CheckpointAsync(name, positions[2], positions[3], default).Soon();
        await Log.CheckpointAsync(name, Position.None, positions[3], default).Soon();
        await Log.CheckpointAsync(name, positions[4] with { Id = Sample.Id() }, positions[3], default).Soon();

        AssertRead(await Log.ReadAsync(name, Position.None, default).Soon(), LogReadOutcome.Entries, positions,
            start: 0, from: 0);
    }

    [ServerFact]
    public async Task A_log_trimmed_to_its_end_goes_on_where_it_was()
    {
        var name = Sample.Name();
        var positions = await Log.FillAsync(name, 4);

        await Log.CheckpointAsync(name, positions[4], positions[4], default).Soon();
        AssertRead(await Log.ReadAsync(name, positions[4], default).Soon(), LogReadOutcome.Entries, positions,
            start: 4, from: 4);
        var entry = Sample.Update(5);
        var result = await Log.AppendAsync(name, positions[4].Epoch, entry, default).Soon();

        Assert.Equal(
            new AppendResult(AppendOutcome.Stored, new Position(positions[4].Epoch, 5, entry.Id), positions[4].Id),
            result);
        AssertRead(await Log.ReadAsync(name, positions[4], default).Soon(), LogReadOutcome.Entries,
            [.. positions, result.Position], start: 4, from: 4);
    }

    [ServerFact]
    public async Task A_late_checkpoint_undoes_nothing()
    {
        var name = Sample.Name();
        var positions = await Log.FillAsync(name, 6);

        await Log.CheckpointAsync(name, positions[6], positions[4], default).Soon();
        await Log.CheckpointAsync(name, positions[3], positions[2], default).Soon();
        await Log.CheckpointAsync(name, positions[5], Position.None, default).Soon();

        AssertRead(await Log.ReadAsync(name, positions[4], default).Soon(), LogReadOutcome.Entries, positions,
            start: 4, from: 4);
    }

    [ServerFact]
    public async Task A_checkpoint_of_a_document_without_a_log_is_ignored()
    {
        var name = Sample.Name();
        var somewhere = new Position(3, 2, Sample.Id());

        await Log.CheckpointAsync(name, somewhere, somewhere, default).Soon();

        Assert.Equal(LogReadOutcome.NoLog, (await Log.ReadAsync(name, Position.None, default).Soon()).Outcome);
    }

    private static void AssertRead(LogReadResult read, LogReadOutcome outcome, Position[] positions,
        int start, int from)
    {
        Assert.Equal(outcome, read.Outcome);
        Assert.Equal(positions[^1], read.End);
        Assert.Equal(positions[start], read.Start);
        Assert.Equal(positions[(from + 1)..], read.Entries.Select(entry => entry.Position));
        Assert.Equal(Enumerable.Range(from + 1, positions.Length - 1 - from).Select(i => $"{i}"), read.Entries.Texts());
        Sample.AssertChained(positions[from], read.Entries);
        Assert.Null(read.Problem);
    }
}
