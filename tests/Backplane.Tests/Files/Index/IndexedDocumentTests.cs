using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane.Files;

/// <summary>What counts of a document, and in which segment.</summary>
public sealed class IndexedDocumentTests
{
    private readonly Segment one = new(1, "1", new MemoryFile(), 0);
    private readonly Segment two = new(2, "2", new MemoryFile(), 0);
    private readonly IndexedDocument document = new(Sample.Name());
    private readonly Position[] at = [.. Enumerable.Range(0, 5)
        .Select(i => new Position(7, i, i == 0 ? EntryId.None : Sample.Id()))];

    public IndexedDocumentTests()
    {
        for (var i = 1; i < 5; i++)
        {
            var place = new RecordPlace(i < 3 ? one : two, 100 * i, 100);
            Assert.False(document.Commit(at[i], place, i, mends: false));
        }
    }

    [Fact]
    public void Entries_make_a_log_that_counts_where_they_stand()
    {
        Assert.Equal((at[0], at[4], at[0], 4), (document.Start, document.End, document.Saved, document.QuietSince));
        Assert.Equal((200, 200), (one.LiveBytes, two.LiveBytes));
        Assert.Equal((true, false), (document.IsUnsaved, document.IsQuiet));
        Assert.True(document.Has(at[2]));
        Assert.False(document.Has(at[2] with { Id = at[3].Id }));
        Assert.False(document.Has(at[2] with { Epoch = 8 }));
    }

    [Fact]
    public void A_checkpoint_lets_go_of_what_it_trims_and_of_the_one_before_it()
    {
        document.Cover(at[2], at[1], new RecordPlace(two, 900, 80), 9);
        Assert.Equal((100, 280), (one.LiveBytes, two.LiveBytes));

        document.Cover(at[4], at[3], new RecordPlace(two, 980, 80), 10);

        Assert.Equal((0, 180), (one.LiveBytes, two.LiveBytes));
        Assert.Equal((at[3], at[4], at[4], 10), (document.Start, document.Saved, document.End, document.QuietSince));
        Assert.True(document.IsQuiet);
        Assert.Equal((at[3].Id, at[4].Id, EntryId.None), (document.IdAt(3), document.IdAt(4), document.IdAt(5)));
    }

    [Fact]
    public void A_log_that_begins_anew_lets_go_of_the_one_before_it_and_a_mended_one_of_its_problem()
    {
        document.Cover(at[4], at[1], new RecordPlace(two, 900, 80), 9);
        (document.Problem, document.ProblemIsRecorded) = ("It does not read.", true);
        var first = new Position(8, 1, Sample.Id());

        Assert.True(document.Commit(first, new RecordPlace(two, 1_000, 50), 10, mends: true));

        Assert.Equal((0, 50), (one.LiveBytes, two.LiveBytes));
        Assert.Equal((first, 0, null, false),
            (document.End, document.Start.Offset, document.Problem, document.ProblemIsRecorded));
        Assert.Null(document.Checkpoint.Segment);
    }

    [Fact]
    public void Only_the_record_that_counts_is_live_and_of_a_refused_document_all_are()
    {
        document.Cover(at[2], at[1], new RecordPlace(two, 900, 80), 9);
        Assert.True(IsLive(at[2], one, 200));
        Assert.False(IsLive(at[2], two, 200));
        Assert.False(IsLive(at[2], one, 201));
        Assert.False(IsLive(at[1], one, 100));
        Assert.False(IsLive(at[2] with { Epoch = 6 }, one, 200));
        Assert.True(IsLive(at[2], two, 900, RecordKind.Checkpoint));
        Assert.False(IsLive(at[2], two, 800, RecordKind.Checkpoint));

        document.Problem = "It does not read.";

        Assert.True(IsLive(at[1], one, 100));
        Assert.True(IsLive(at[2], two, 800, RecordKind.Checkpoint));
        Assert.False(IsLive(at[4], two, 800, RecordKind.Dropped));
    }

    [Fact]
    public void A_dropped_document_counts_nowhere()
    {
        document.Cover(at[4], at[1], new RecordPlace(two, 900, 80), 9);

        document.Drop();

        Assert.Equal((0, 0), (one.LiveBytes, two.LiveBytes));
    }

    private bool IsLive(Position position, Segment segment, long place, RecordKind kind = RecordKind.Entry) =>
        document.IsLive(new RecordHeader(kind, EntryKind.Update, 1, position, 0, EntryId.None), segment, place);
}
