using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane.Files;

public sealed class LogIndexTests : IDisposable
{
    private readonly LogParts parts = new();

    private LogIndex Index => parts.Index;

    public void Dispose() => parts.Dispose();

    [Fact]
    public void A_group_is_shown_when_it_is_committed_and_not_before()
    {
        var (old, fresh) = (Sample.Name("old"), Sample.Name("fresh"));
        var at = parts.Fill(old, 1)[0];
        parts.Stage(LogParts.Append(old, at.Epoch, Sample.Update(2)));
        parts.Stage(LogParts.Append(old, at.Epoch, Sample.Update(3)));
        parts.Stage(LogParts.Append(fresh, 0, Sample.Update(1)));
        Assert.Equal((at, LogReadOutcome.NoLog), (Plan(old).End, Plan(fresh).Outcome));
        Assert.Equal([old], Index.Unsaved().Select(one => one.Name));

        Assert.False(parts.Commit());

        Assert.Equal((3, 1), (Plan(old).End.Offset, Plan(fresh).End.Offset));
        Assert.Equal(new[] { old, fresh }.ToHashSet(), Index.Unsaved().Select(one => one.Name).ToHashSet());
    }

    [Fact]
    public void An_abandoned_group_leaves_every_document_as_it_was()
    {
        var (old, fresh) = (Sample.Name("old"), Sample.Name("fresh"));
        var at = parts.Fill(old, 1)[0];
        parts.Stage(LogParts.Append(old, at.Epoch, Sample.Update(2)));
        parts.Stage(LogParts.Append(fresh, 0, Sample.Update(1)));

        Index.Abandon(parts.Staging.Requests);

        Assert.Equal((at, LogReadOutcome.NoLog), (Plan(old).End, Plan(fresh).Outcome));
        Assert.Null(Index.Find(fresh));
        Assert.Equal((at, -1), (Index.Find(old)!.StagedEnd, Index.Find(old)!.StagedLast));
    }

    [Fact]
    public void A_checkpoint_and_a_log_that_begins_anew_free_bytes()
    {
        var name = Sample.Name();
        var at = parts.Fill(name, 3);
        var live = parts.Segments.Active.LiveBytes;
        parts.Stage(LogParts.Checkpoint(name, at[1], at[1]));
        Assert.True(parts.Commit());
        Assert.Equal((at[1], at[1], 3), (Index.SavedOf(name), Plan(name).Start, Plan(name).End.Offset));

        parts.Stage(LogParts.Append(name, at[0].Epoch, Sample.Update(new byte[20]), replaced: Position.None));
        Assert.True(parts.Commit());

        Assert.Equal((0, 1), (Plan(name).Start.Offset, Plan(name).End.Offset));
        Assert.Equal(live / 3, parts.Segments.Active.LiveBytes);
        Assert.Equal(Position.None, Index.SavedOf(name));
    }

    [Fact]
    public void A_document_is_refused_once_and_says_until_a_record_tells_it_that_it_is_not_recorded()
    {
        var (name, unknown) = (Sample.Name(), Sample.Name("unknown"));
        parts.Fill(name, 1);
        var segment = parts.Segments.Active;

        Assert.True(Index.TryRefuse(name, segment, "first", isDamage: true));
        Assert.False(Index.TryRefuse(name, segment, "second", isDamage: true));
        Assert.False(Index.TryRefuse(unknown, segment, "not there", isDamage: true));

        Assert.True(segment.HasDamage);
        Assert.Equal("first", Index.ProblemOf(name));
        Assert.Equal([(name, "first")], Index.Unsaved());
        var refused = Assert.Single(Index.UnrecordedDamage());
        Index.MarkRecorded([refused]);
        Assert.Empty(Index.UnrecordedDamage());
    }

    [Fact]
    public void A_record_of_a_newer_version_is_no_damage_of_its_segment_and_needs_no_other_record()
    {
        var name = Sample.Name();
        parts.Fill(name, 1);

        Assert.True(Index.TryRefuse(name, parts.Segments.Active, "newer", isDamage: false));

        Assert.False(parts.Segments.Active.HasDamage);
        Assert.Empty(Index.UnrecordedDamage());
    }

    [Fact]
    public void A_moved_record_counts_where_it_was_moved_to()
    {
        var name = Sample.Name();
        var at = parts.Fill(name, 2);
        var from = parts.Segments.Active;
        var to = new Segment(9, "9", new MemoryFile(), 0);
        var document = Index.Find(name)!;
        var header = new RecordHeader(RecordKind.Entry, EntryKind.Update, 1, at[0], 0, EntryId.None);
        var (place, length, live) = (document.Held[1].At, document.Held[1].Length, from.LiveBytes);
        Assert.Same(document, Index.FindIfLive(name, header, from, place));

        Index.Move([new MovedRecord(document, header, 40, length)], from, new RecordPlace(to, 1000, 500));

        Assert.Equal((to, 1040U), (document.Held[1].Segment, document.Held[1].At));
        Assert.Equal((live - length, length), (from.LiveBytes, to.LiveBytes));
        Assert.Null(Index.FindIfLive(name, header, from, place));
        Assert.Same(document, Index.FindIfLive(name, header, to, 1040));
    }

    [Fact]
    public void Quiet_documents_are_found_by_how_long_they_are_quiet_and_forgotten_when_they_are_dropped()
    {
        var (saved, later, unsaved) = (Sample.Name("saved"), Sample.Name("later"), Sample.Name("unsaved"));
        Save(saved);
        var time = parts.Time.Microseconds();
        parts.Time.Advance(TimeSpan.FromMinutes(1));
        Save(later);
        parts.Fill(unsaved, 1);
        Assert.Empty(Index.FindQuietSince(time - 1));

        var expired = Index.FindQuietSince(time);
        Index.Drop(expired);

        Assert.Equal([saved], expired.ConvertAll(document => document.Name));
        Assert.Equal(LogReadOutcome.NoLog, Plan(saved).Outcome);
        Assert.Equal(1, Plan(later).End.Offset);
        Assert.Equal([later], Index.FindQuietSince(long.MaxValue).ConvertAll(document => document.Name));
    }

    [Fact]
    public void A_closed_index_plans_no_read()
    {
        var name = Sample.Name();
        parts.Fill(name, 1);

        Index.Close();

        Assert.Throws<ObjectDisposedException>(() => Index.PlanRead(name, Position.None));
        Assert.Throws<ObjectDisposedException>(() => Index.ProblemOf(name));
    }

    private void Save(DocumentName name)
    {
        var at = parts.Fill(name, 1)[0];
        parts.Stage(LogParts.Checkpoint(name, at, Position.None));
        parts.Commit();
    }

    private LogReadResult Plan(DocumentName name)
    {
        var plan = Index.PlanRead(name, Position.None);
        plan.Release();
        return plan.Frame;
    }
}
