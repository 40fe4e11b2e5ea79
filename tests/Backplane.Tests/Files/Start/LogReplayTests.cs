using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane.Files;

/// <summary>What the records of a start come to, in whichever order cleaning and crashes have left them.</summary>
public sealed class LogReplayTests
{
    private readonly DocumentName name = Sample.Name();
    private readonly MemoryFile file = new();
    private readonly Segment segment;
    private readonly LogReplay replay = new();
    private readonly EntryId[] ids = [EntryId.None, .. Enumerable.Range(0, 9).Select(_ => Sample.Id())];

    public LogReplayTests() => segment = Segment.Begin(1, "1", file, previousLength: 0);

    [Fact]
    public void Entries_make_up_a_log_however_often_and_in_whichever_order_they_stand_there()
    {
        AddEntries(1, 3, 1, 2, 4, 2, 3);

        var document = Finish();

        Assert.Equal((0, 4, null), (document.Start.Offset, document.End.Offset, document.Problem));
        Assert.Equal(ids[1..5], Enumerable.Range(1, 4).Select(offset => document.Held[offset].Id));

        // Of an entry that stands there twice the later record counts.
        Assert.True(document.Held[2].At > document.Held[4].At);
        Assert.Equal(4 * document.Held[1].Length, segment.LiveBytes);
    }

    [Fact]
    public void A_checkpoint_trims_also_what_cleaning_has_written_again_before_it()
    {
        AddEntries(1, 1, 2, 3, 4);
        AddCheckpoint(1, saved: 3, trimmed: 2);
        AddEntries(1, 1, 2);
        AddCheckpoint(1, saved: 2, trimmed: 1);

        var document = Finish();

        Assert.Equal((2, 3, 4), (document.Start.Offset, document.Saved.Offset, document.End.Offset));
    }

    [Fact]
    public void A_higher_epoch_replaces_the_log_before_it_also_where_its_records_stand_first()
    {
        AddEntries(2, 1, 2);
        AddEntries(1, 1, 2, 3);
        AddCheckpoint(1, saved: 3, trimmed: 3);

        var document = Finish();

        Assert.Equal((2, 2, 0), (document.End.Epoch, document.End.Offset, document.Start.Offset));
    }

    [Fact]
    public void A_drop_ends_the_logs_up_to_its_epoch_and_none_that_begins_later()
    {
        AddEntries(1, 1, 2);
        Add(new RecordHeader(RecordKind.Dropped, 0, 1, At(1, 2), 0, EntryId.None), []);
        Assert.Empty(replay.Finish());

        AddEntries(3, 1);
        Add(new RecordHeader(RecordKind.Dropped, 0, 1, At(2, 2), 0, EntryId.None), []);
        Assert.Equal(3, Finish().End.Epoch);
    }

    [Fact]
    public void A_hole_and_an_end_before_a_checkpoint_are_damage_of_that_document_only()
    {
        AddEntries(1, 1, 3);
        var sound = Sample.Name("sound");
        Add(Entry(1, 1), [1], sound);
        var lacking = Sample.Name("lacking");
        Add(Entry(1, 1), [1], lacking);
        Add(new RecordHeader(RecordKind.Checkpoint, 0, 1, At(1, 2), 0, EntryId.None), [], lacking);

        var documents = replay.Finish();

        Assert.Contains("has a break", documents[name].Problem);
        Assert.Null(documents[sound].Problem);
        Assert.Contains("lacks entries: it ends at", documents[lacking].Problem);
        Assert.False(documents[name].ProblemIsRecorded);
    }

    [Fact]
    public void An_entry_that_does_not_read_is_damage_unless_another_copy_does()
    {
        AddEntries(1, 1, 2);
        Add(Entry(1, 2), [1], isIntact: false);
        Assert.Null(Finish().Problem);

        Add(Entry(1, 3), [1], isIntact: false);
        Assert.Contains($"its entry {At(1, 3)}", Finish().Problem);
    }

    [Fact]
    public void A_damage_record_refuses_the_document_until_its_log_begins_anew()
    {
        AddEntries(1, 1, 2);
        Add(new RecordHeader(RecordKind.Damage, 0, 1, At(1, 2), 0, EntryId.None), "It does not read."u8);
        Assert.Equal(("It does not read.", true), (Finish().Problem, Finish().ProblemIsRecorded));

        AddEntries(2, 1);
        Assert.Null(Finish().Problem);
    }

    [Fact]
    public void A_record_of_a_kind_that_this_version_does_not_know_refuses_the_document()
    {
        AddEntries(1, 1);
        Add(new RecordHeader((RecordKind)9, 0, 1, At(1, 1), 0, EntryId.None), []);

        Assert.Contains("is of the unknown kind 9", Finish().Problem);
        Assert.True(Finish().ProblemIsRecorded);
    }

    private Position At(long epoch, long offset) => new(epoch, offset, ids[offset]);

    private RecordHeader Entry(long epoch, long offset) =>
        new(RecordKind.Entry, EntryKind.Update, 1, At(epoch, offset), offset - 1, ids[offset - 1]);

    private void AddEntries(long epoch, params long[] offsets)
    {
        foreach (var offset in offsets)
        {
            Add(Entry(epoch, offset), [1, 2, 3]);
        }
    }

    private void AddCheckpoint(long epoch, long saved, long trimmed) =>
        Add(new RecordHeader(RecordKind.Checkpoint, 0, 1, At(epoch, saved), trimmed, ids[trimmed]), []);

    private void Add(
        in RecordHeader header, ReadOnlySpan<byte> payload, DocumentName? document = null, bool isIntact = true)
    {
        var group = new RecordGroup();
        group.Add(header, document ?? name, payload);
        var at = segment.Length;
        file.Write(group.Seal(segment.Seed, 0), at);
        segment.Length += group.Length;
        var scanner = new SegmentScanner(segment);
        Assert.Equal(ScanStatus.Record, scanner.ReadAt(at));
        replay.Add(scanner, segment, at, isIntact);
    }

    private IndexedDocument Finish()
    {
        segment.LiveBytes = 0;
        return replay.Finish()[name];
    }
}
