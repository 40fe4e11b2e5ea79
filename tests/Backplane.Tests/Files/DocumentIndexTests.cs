using Relay.Backplane.Support;
using Relay.Yjs;

namespace Relay.Backplane.Files;

public sealed class DocumentIndexTests(ITestOutputHelper output)
{
    [Fact]
    public void A_quiet_document_is_packed_and_comes_back_as_it_was()
    {
        var random = Seed.Next(output);
        var segments = Enumerable.Range(3, 5).Select(number => new Segment(number * 1000L, "none", null!, 0)).ToList();
        var documents = Enumerable.Range(0, 300)
            .Select(i => Quiet(random, segments, DocumentName.Create(Name(random, i)))).ToList();
        var expected = documents.ConvertAll(Describe);
        var index = new DocumentIndex(new LogSegments(segments), documents);
        var live = segments.ConvertAll(segment => segment.LiveBytes);
        Assert.Empty(index.Awake);
        for (var round = 0; round < 3; round++)
        {
            Assert.Equal(expected, documents.ConvertAll(document => Describe(index.Peek(document.Name)!)));
            Assert.Empty(index.Awake);
            var woken = documents.ConvertAll(document => index.Find(document.Name)!);
            Assert.Equal(expected, woken.ConvertAll(Describe));
            Assert.Equal(woken.ToHashSet(), index.Awake.ToHashSet());
            Assert.Equal(woken, documents.ConvertAll(document => index.Find(document.Name)!));
            index.PackQuiet();
        }

        Assert.Empty(index.Awake);
        Assert.Equal(live, segments.ConvertAll(segment => segment.LiveBytes));
        Assert.Null(index.Peek(DocumentName.Create("another")));
    }

    [Fact]
    public void What_is_unsaved_or_damaged_or_has_no_log_yet_stays_awake()
    {
        var random = new Random(1);
        var segments = new List<Segment> { new(1, "none", null!, 0) };
        var unsaved = Quiet(random, segments, Sample.Name("unsaved"));
        unsaved.Append(new Position(unsaved.End.Epoch, unsaved.End.Offset + 1, Sample.Id()),
            new HeldEntry(Sample.Id(), segments[0], 5, 5), 1);
        var damaged = Quiet(random, segments, Sample.Name("damaged"));
        damaged.Problem = "It does not read.";
        var fresh = new IndexedDocument(Sample.Name("fresh"));
        var index = new DocumentIndex(new LogSegments(segments), [unsaved, damaged]);
        index.Add(fresh);
        index.PackIfQuiet(unsaved);
        index.PackQuiet();
        Assert.Equal(3, index.Awake.Count);
        Assert.Same(unsaved, index.Find(unsaved.Name));
        Assert.Same(damaged, index.Peek(damaged.Name));
        Assert.Empty(index.QuietSince(long.MaxValue));
    }

    [Fact]
    public void An_object_that_was_packed_counts_no_longer()
    {
        var segments = new List<Segment> { new(1, "none", null!, 0) };
        var packed = Quiet(new Random(1), segments, Sample.Name());
        var index = new DocumentIndex(new LogSegments(segments), [packed]);
        var woken = index.Find(packed.Name)!;
        woken.Problem = "It does not read.";
        index.PackIfQuiet(packed);
        Assert.Same(woken, index.Find(packed.Name));
    }

    [Fact]
    public void Documents_are_told_by_how_long_they_have_been_quiet()
    {
        var segments = new List<Segment> { new(1, "none", null!, 0) };
        var documents = Enumerable.Range(1, 9).Select(time =>
        {
            var document = new IndexedDocument(Sample.Name($"quiet since {time}"));
            var start = new Position(1, 0, EntryId.None);
            document.TakeUp(start, [], 0, default, time);
            return document;
        }).ToList();
        var index = new DocumentIndex(new LogSegments(segments), documents);
        Assert.Equal(documents.Take(4).Select(document => document.Name.Value).Order(),
            index.QuietSince(4).Select(name => name.Value).Order());
    }

    private static IndexedDocument Quiet(Random random, List<Segment> segments, DocumentName name)
    {
        var document = new IndexedDocument(name);
        var trimmed = random.Next(3) == 0 ? 0 : random.NextInt64(1, 1L << random.Next(1, 50));
        var start = new Position(random.NextInt64(1, long.MaxValue), trimmed,
            trimmed == 0 ? EntryId.None : new EntryId((ulong)random.NextInt64() | (1UL << 63)));
        var entries = new HeldEntry[random.Next(4) == 0 ? random.Next(100) : random.Next(4)];
        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = new HeldEntry(Sample.Id(), segments[random.Next(segments.Count)],
                (uint)random.NextInt64(32, 1L << random.Next(6, 33)), random.Next(1, 1 << random.Next(1, 31)));
        }

        var checkpoint = random.Next(3) == 0
            ? default
            : new RecordPlace(segments[random.Next(segments.Count)], random.NextInt64(32, 1L << 32),
                random.Next(40, 2000));
        document.TakeUp(start, entries, start.Offset + entries.Length, checkpoint, random.NextInt64());
        return document;
    }

    private static string Name(Random random, int number) => random.Next(4) switch
    {
        0 => $"{number}",
        1 => $"réunion 会議 🧵 {number}",
        2 => $"{number}{new string('x', DocumentName.MaxUtf8Bytes - 4)}",
        _ => $"plans/{number}",
    };

    /// <summary>All that is known of it.</summary>
    private static string Describe(IndexedDocument document) => string.Join(
        ' ',
        [
            document.Name, document.Start, document.End, document.Saved, document.StagedStart, document.StagedEnd,
                document.StagedSaved, document.StagedLast, document.QuietSince, document.Problem ?? "sound",
            Describe(document.Checkpoint.Segment, document.Checkpoint.At, document.Checkpoint.Length),
                document.Held.FirstOffset,
            .. Enumerable.Range(0, document.Held.Count).Select(i => document.Held[document.Held.FirstOffset + i])
                .Select(entry => $"{entry.Id} {Describe(entry.Segment, entry.At, entry.Length)}"),
        ]);

    private static string Describe(Segment? segment, long at, int length) => $"{segment?.Number}:{at}+{length}";
}
