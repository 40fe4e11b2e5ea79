using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// The records of one document as a start finds them, and what they come to. Entries may come out of order and twice,
/// because cleaning writes them again at the end.
/// </summary>
internal sealed class ReplayedDocument(DocumentName name)
{
    private readonly List<FoundEntry> entries = [];
    private bool isInOrder = true;
    private RecordHeader? checkpoint;
    private RecordPlace checkpointPlace;
    private string? recordedProblem;
    private string? unknown;

    /// <summary>The highest epoch seen.</summary>
    public long Epoch { get; private set; }

    public void AddEntry(in RecordHeader header, in RecordPlace place, bool intact, string? refusal)
    {
        if (!TryEnter(header.Position.Epoch))
        {
            return;
        }

        isInOrder &= entries.Count == 0 || entries[^1].Position.Offset < header.Position.Offset;
        entries.Add(
            new FoundEntry(header.Position, new Position(header.Position.Epoch, header.OtherOffset, header.OtherId),
                header.Time, place, intact, refusal));
    }

    public void AddCheckpoint(in RecordHeader header, in RecordPlace place)
    {
        if (!TryEnter(header.Position.Epoch))
        {
            return;
        }

        var reach = (header.Position.Epoch, header.OtherOffset, header.Position.Offset);
        if (checkpoint is { } other
            && reach.CompareTo((other.Position.Epoch, other.OtherOffset, other.Position.Offset)) < 0)
        {
            return;
        }

        checkpoint = header;
        checkpointPlace = place;
        var epoch = header.Position.Epoch;
        var trimmed = header.OtherOffset;
        entries.RemoveAll(entry => entry.Position.Epoch == epoch && entry.Position.Offset <= trimmed);
    }

    public void AddDamage(in RecordHeader header, string problem)
    {
        // The record of a document without other records names no epoch.
        if (header.Position.IsNone || TryEnter(header.Position.Epoch))
        {
            recordedProblem = problem;
        }
    }

    /// <summary>Takes a record that this version does not understand, other than an entry.</summary>
    public void AddUnknown(in RecordHeader header, string problem)
    {
        if (TryEnter(header.Position.Epoch))
        {
            unknown ??= problem;
        }
    }

    /// <summary>The document as the index knows it; null if no record of it is left.</summary>
    public IndexedDocument? ToIndexed()
    {
        if (entries.Count == 0 && checkpoint is null && recordedProblem is null && unknown is null)
        {
            return null;
        }

        var start = checkpoint is { } found
            ? new Position(found.Position.Epoch, found.OtherOffset, found.OtherId)
            : new Position(Epoch, 0, EntryId.None);
        var chain = Chain(start, out var problem);
        problem = recordedProblem ?? problem;
        return problem is not null ? Refuse(start, problem, isRecorded: recordedProblem is not null)
            : (unknown ?? UnknownOf(chain)) is { } kept ? Refuse(start, kept, isRecorded: true)
            : Index(start, chain);
    }

    /// <summary>A log of a higher epoch replaced those before it, which no longer count.</summary>
    private bool TryEnter(long epoch)
    {
        if (epoch > Epoch)
        {
            Epoch = epoch;
            entries.Clear();
            isInOrder = true;
            checkpoint = null;
            recordedProblem = null;
            unknown = null;
        }

        return epoch == Epoch;
    }

    /// <summary>The entries after <paramref name="start"/>, each once, or why they are no log.</summary>
    private List<FoundEntry> Chain(Position start, out string? problem)
    {
        if (!isInOrder)
        {
            // Of an entry that stands there twice, the intact and then the later copy counts.
            entries.Sort(static (left, right) => SortKey(left).CompareTo(SortKey(right)));
        }

        var chain = new List<FoundEntry>(entries.Count);
        foreach (var entry in entries)
        {
            if (entry.Position.Epoch == start.Epoch && entry.Position.Offset <= start.Offset
                && entry.Position.Offset > 0)
            {
                continue; // Written again by cleaning before it was trimmed.
            }

            if (chain.Count > 0 && chain[^1].Position == entry.Position)
            {
                chain[^1] = entry;
            }
            else
            {
                chain.Add(entry);
            }
        }

        problem = null;
        var end = start;
        foreach (var entry in chain)
        {
            problem ??= entry.Before != end || entry.Position.Offset != end.Offset + 1
                || entry.Position.Epoch != end.Epoch
                ? $"The log of document '{name}' has a break: the entry {entry.Position} in "
                    + $"{entry.Place.Segment.Path} at offset {entry.Place.At} does not follow {end}."
                : entry.IsIntact ? null : DamageText.OfEntry(name, entry.Position, entry.Place);
            end = entry.Position;
        }

        if (problem is null && checkpoint is { } covering && !Reaches(start, chain, covering.Position))
        {
            problem =
                $"The log of document '{name}' lacks entries: it ends at {end}, and a checkpoint in "
                    + $"{checkpointPlace.Segment.Path} at offset {checkpointPlace.At} names {covering.Position}.";
        }

        return chain;
    }

    private string? UnknownOf(List<FoundEntry> chain) =>
        chain.Find(entry => entry.Refusal is not null) is { Refusal: { } refusal } found
            ? DamageText.OfUnknown(name, refusal, found.Place.Segment, found.Place.At)
            : null;

    private static (long Offset, bool IsIntact, long Segment, long At) SortKey(in FoundEntry entry) =>
        (entry.Position.Offset, entry.IsIntact, entry.Place.Segment.Number, entry.Place.At);

    private static bool Reaches(Position start, List<FoundEntry> chain, Position saved)
    {
        var ahead = saved.Offset - start.Offset;
        return ahead == 0
            ? saved == start
            : ahead > 0 && ahead <= chain.Count && chain[(int)ahead - 1].Position == saved;
    }

    private IndexedDocument Index(Position start, List<FoundEntry> chain)
    {
        var document = new IndexedDocument(name);
        document.Begin(start);
        foreach (var entry in chain)
        {
            var place = entry.Place;
            document.Append(entry.Position,
                new HeldEntry(entry.Position.Id, place.Segment, (uint)place.At, place.Length), entry.Time);
        }

        if (checkpoint is { } covering)
        {
            document.Cover(covering.Position, start, checkpointPlace, Math.Max(covering.Time, document.QuietSince));
        }

        document.Unstage();
        return document;
    }

    /// <param name="start">The position before the oldest entry.</param>
    /// <param name="problem">Why the document is refused.</param>
    /// <param name="isRecorded">
    /// Whether records that are kept say so: a damage record, or those that this version does not understand.
    /// </param>
    private IndexedDocument Refuse(Position start, string problem, bool isRecorded)
    {
        if (checkpoint is not null)
        {
            checkpointPlace.Segment.LiveBytes += checkpointPlace.Length;
        }

        foreach (var entry in entries)
        {
            entry.Place.Segment.LiveBytes += entry.Place.Length;
        }

        // Enough for an answer to say where the log stood.
        var document = new IndexedDocument(name) { Problem = problem, ProblemIsRecorded = isRecorded };
        document.Begin(start);
        return document;
    }
}
