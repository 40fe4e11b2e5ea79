using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane.Files;

public sealed class GroupStagingTests : IDisposable
{
    private readonly LogParts parts = new();
    private readonly DocumentName name = Sample.Name();

    public void Dispose() => parts.Dispose();

    [Fact]
    public void A_first_entry_begins_an_epoch_above_the_callers_and_the_clock()
    {
        var now = parts.Time.Microseconds();
        var other = Sample.Name("other");

        Expect(AppendOutcome.StartedEpoch, new Position(now, 1, default), Append(0, Sample.Update(1)));
        Expect(AppendOutcome.StartedEpoch, new Position(now + 6, 1, default),
            parts.Stage(LogParts.Append(other, now + 5, Sample.Update(1))));
    }

    [Fact]
    public void Entries_of_one_group_follow_each_other_and_those_of_the_log()
    {
        var at = parts.Fill(name, 2);
        var (one, two) = (Sample.Update(3), Sample.Update(4));

        var first = Append(at[0].Epoch, one);
        var second = Append(at[0].Epoch, two);

        Assert.Equal((at[1].Id, one.Id), (first.Result.Previous, second.Result.Previous));
        Expect(AppendOutcome.Stored, new Position(at[0].Epoch, 4, two.Id), second);
        Assert.Equal((0, first.Length), (first.At, second.At));
        Assert.Equal(first.Length + second.Length, parts.Records.Length);
    }

    [Fact]
    public void A_caller_with_another_epoch_is_told_the_end_and_no_record_is_added()
    {
        var at = parts.Fill(name, 2);

        var answer = Append(at[0].Epoch - 1, Sample.Update(3));

        Expect(AppendOutcome.OtherEpoch, at[1], answer);
        Assert.Equal((0, 0), (answer.Length, parts.Records.Length));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_entry_that_the_group_or_the_log_has_gets_its_old_answer_under_each_of_its_ids(bool isCommitted)
    {
        var first = Append(0, Sample.Update(1)).Result;
        var entry = Sample.Update(2);
        var second = Append(first.Position.Epoch, entry).Result;
        var length = parts.Records.Length;
        if (isCommitted)
        {
            parts.Commit();
            length = 0;
        }

        var again = Append(first.Position.Epoch, entry.Again());
        var renamed = Append(first.Position.Epoch, Sample.Update(2) with { Earlier = new[] { Sample.Id(), entry.Id } });

        Assert.Equal((second, second), (again.Result, renamed.Result));
        Assert.Equal(length, parts.Records.Length);
    }

    [Fact]
    public void A_repeat_of_the_entry_that_began_the_epoch_says_so_to_a_caller_that_does_not_know_it()
    {
        var entry = Sample.Update(1);
        var first = Append(0, entry).Result.Position;

        Expect(AppendOutcome.StartedEpoch, first, Append(0, entry.Again()));
        Expect(AppendOutcome.Stored, first, Append(first.Epoch, entry.Again()));
    }

    [Fact]
    public void A_log_is_replaced_only_at_the_end_that_the_caller_names()
    {
        var at = parts.Fill(name, 2);

        Expect(AppendOutcome.OtherEpoch, at[1],
            parts.Stage(LogParts.Append(name, at[0].Epoch, Sample.Update(3), replaced: at[0])));
        var replaced = parts.Stage(LogParts.Append(name, at[0].Epoch, Sample.Update(3), replaced: at[1]));
        Expect(AppendOutcome.StartedEpoch, new Position(at[0].Epoch + 1, 1, default), replaced);
        Expect(AppendOutcome.OtherEpoch, replaced.Result.Position, Append(at[0].Epoch, Sample.Update(4)));
        Expect(AppendOutcome.Stored, new Position(at[0].Epoch + 1, 2, default),
            Append(at[0].Epoch + 1, Sample.Update(5)));
    }

    [Fact]
    public void A_checkpoint_counts_as_far_as_it_names_entries_of_the_log_and_goes_beyond_those_before_it()
    {
        var at = parts.Fill(name, 3);

        var forward = Checkpoint(at[1], at[0]);
        var back = Checkpoint(at[0], Position.None);
        var foreign = Checkpoint(new Position(at[2].Epoch, 3, Sample.Id()), at[2]);
        var untrimmed = Checkpoint(at[2], new Position(at[2].Epoch, 2, Sample.Id()));

        Assert.Equal((at[1], at[1], 1), (forward.Saved, forward.Header.Position, forward.Header.OtherOffset));
        Assert.Equal((0, Position.None), (back.Length, back.Saved));
        Assert.Equal((0, Position.None), (foreign.Length, foreign.Saved));
        Assert.Equal((at[2], at[2], 1), (untrimmed.Saved, untrimmed.Header.Position, untrimmed.Header.OtherOffset));
        Assert.Equal(forward.Length + untrimmed.Length, parts.Records.Length);
    }

    [Fact]
    public void A_checkpoint_of_a_document_without_a_log_adds_no_record_and_no_document()
    {
        var answer = Checkpoint(new Position(1, 1, Sample.Id()), Position.None);

        Assert.Equal((0, null, null), (answer.Length, answer.Document, answer.Problem));
        Assert.Null(parts.Index.Find(name));
    }

    [Fact]
    public void A_damaged_log_refuses_appends_ignores_checkpoints_and_is_begun_anew_only_by_its_mending()
    {
        var at = parts.Fill(name, 2);
        Expect(AppendOutcome.OtherEpoch, at[1], Mend(at[1]));
        parts.Index.TryRefuse(name, parts.Segments.Active, "It does not read.", isDamage: true);

        Assert.Equal("It does not read.", Append(at[0].Epoch, Sample.Update(3)).Problem);
        Assert.Equal((0, null), (Checkpoint(at[1], at[1]).Length, Checkpoint(at[1], at[1]).Problem));
        var mended = Mend(at[1]);
        Expect(AppendOutcome.StartedEpoch, new Position(at[0].Epoch + 1, 1, default), mended);
        Assert.Equal("It does not read.", parts.Index.ProblemOf(name));
        parts.Commit();
        Assert.Null(parts.Index.ProblemOf(name));
        Assert.Equal(mended.Result.Position, parts.Index.Find(name)!.End);
    }

    private static void Expect(AppendOutcome outcome, Position position, in StagedRequest staged)
    {
        Assert.Equal((outcome, position.Epoch, position.Offset),
            (staged.Result.Outcome, staged.Result.Position.Epoch, staged.Result.Position.Offset));
        if (!position.Id.Equals(default))
        {
            Assert.Equal(position.Id, staged.Result.Position.Id);
        }
    }

    private StagedRequest Append(long epoch, LogEntry entry) => parts.Stage(LogParts.Append(name, epoch, entry));

    private StagedRequest Checkpoint(Position saved, Position trimThrough) =>
        parts.Stage(LogParts.Checkpoint(name, saved, trimThrough));

    private StagedRequest Mend(Position end) =>
        parts.Stage(LogParts.Append(name, end.Epoch, Sample.Update(9), replaced: end, mends: true));
}
