using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane.Files;

public sealed class PlannedReadTests
{
    private readonly MemoryFile file = new();
    private readonly Segment segment;
    private readonly IndexedDocument document = new(Sample.Name());
    private readonly Position[] at = new Position[6];

    public PlannedReadTests()
    {
        segment = new Segment(1, "1", file, 0);
        at[0] = new Position(7, 0, EntryId.None);
        document.Begin(at[0]);
        for (var i = 1; i < 6; i++)
        {
            at[i] = new Position(7, i, Sample.Id());
            document.Append(at[i], new HeldEntry(at[i].Id, segment, (uint)(100 * i), 100), i);
        }
    }

    [Fact]
    public void A_log_that_is_not_trimmed_has_all_from_the_beginning_and_what_follows_each_entry()
    {
        Expect(LogReadOutcome.Entries, Position.None, 1, 2, 3, 4, 5);
        Expect(LogReadOutcome.Entries, at[0], 1, 2, 3, 4, 5);
        Expect(LogReadOutcome.Entries, at[2], 3, 4, 5);
        Expect(LogReadOutcome.Entries, at[5]);
    }

    [Fact]
    public void A_trimmed_log_says_so_and_hands_out_what_it_holds()
    {
        document.Cover(at[3], at[2], new RecordPlace(segment, 700, 80), 9);

        Expect(LogReadOutcome.Trimmed, Position.None, 3, 4, 5);
        Expect(LogReadOutcome.Trimmed, at[1], 3, 4, 5);
        Expect(LogReadOutcome.Entries, at[2], 3, 4, 5);
        Expect(LogReadOutcome.Entries, at[4], 5);
    }

    [Fact]
    public void A_position_of_another_history_is_told_from_one_beyond_the_end()
    {
        Expect(LogReadOutcome.OtherEpoch, new Position(8, 2, at[2].Id), 1, 2, 3, 4, 5);
        Expect(LogReadOutcome.BeyondEnd, new Position(7, 6, Sample.Id()), 1, 2, 3, 4, 5);
        Expect(LogReadOutcome.OtherEntry, new Position(7, 2, Sample.Id()), 1, 2, 3, 4, 5);
    }

    [Fact]
    public void A_damaged_document_has_no_entries_and_its_problem()
    {
        document.Problem = "It does not read.";

        Assert.Equal("It does not read.", Expect(LogReadOutcome.Damaged, at[2]).Problem);
    }

    [Fact]
    public void A_document_without_a_log_is_like_one_that_is_not_known()
    {
        Assert.Equal(LogReadOutcome.NoLog, PlannedRead.Of(null, at[1]).Frame.Outcome);
        Assert.Equal(LogReadOutcome.NoLog,
            PlannedRead.Of(new IndexedDocument(Sample.Name()), Position.None).Frame.Outcome);
    }

    [Fact]
    public void The_segments_of_a_plan_stay_open_until_it_is_released()
    {
        var plan = PlannedRead.Of(document, at[3]);
        Assert.Equal(200, plan.Bytes);
        segment.Release();
        Assert.False(file.IsDisposed);

        plan.Release();

        Assert.True(file.IsDisposed);
    }

    private LogReadResult Expect(LogReadOutcome outcome, Position after, params long[] offsets)
    {
        var plan = PlannedRead.Of(document, after);
        Assert.Equal(outcome, plan.Frame.Outcome);
        Assert.Equal((document.Start, document.End), (plan.Frame.Start, plan.Frame.End));
        Assert.Equal(offsets.Select(offset => at[offset].Id), plan.Entries.Select(entry => entry.Id));
        if (offsets.Length > 0)
        {
            Assert.Equal(at[offsets[0] - 1], plan.Before);
        }

        return plan.Frame;
    }
}
