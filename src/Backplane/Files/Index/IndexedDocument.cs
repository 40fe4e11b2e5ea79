using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// What the file log knows about one document without looking at the disk. Changed by the writer only, under the lock
/// of <see cref="LogIndex"/>; read by other threads under that lock. The fields under "staged" are the writer's alone:
/// the document as it will be if the group under way is written.
/// </summary>
internal sealed class IndexedDocument(DocumentName name)
{
    public DocumentName Name { get; } = name;

    /// <summary>
    /// The position before the oldest entry held; <see cref="Position.None"/> while the document has no log.
    /// </summary>
    public Position Start { get; private set; }

    public Position End { get; private set; }

    /// <summary>Up to where a snapshot covers the log; at least <see cref="Start"/>.</summary>
    public Position Saved { get; private set; }

    public HeldEntries Held { get; } = new();

    /// <summary>The newest checkpoint record, or default.</summary>
    public RecordPlace Checkpoint { get; private set; }

    /// <summary>
    /// Since when no entry was appended and all are covered, in µs; the time of the last append or checkpoint.
    /// </summary>
    public long QuietSince { get; private set; }

    /// <summary>Why the document is refused, or null.</summary>
    public string? Problem { get; set; }

    /// <summary>
    /// Whether records that are kept say so too: a <see cref="RecordKind.Damage"/> record, or those that this version
    /// does not understand.
    /// </summary>
    public bool ProblemIsRecorded { get; set; }

    public bool IsUnsaved => End.Offset > Saved.Offset || Problem is not null;

    /// <summary>Whether it has a log, and a snapshot covers all of it.</summary>
    public bool IsQuiet => !IsUnsaved && !End.IsNone;

    // Staged: the end, the last staged entry's index in the group (-1 for none), and what the checkpoints of the group
    // make of Saved and Start.
    public Position StagedEnd { get; set; }

    public int StagedLast { get; set; } = -1;

    public Position StagedSaved { get; set; }

    public Position StagedStart { get; set; }

    /// <summary>Sets the staged fields to what is committed.</summary>
    public void Unstage()
    {
        StagedLast = -1;
        StagedEnd = End;
        StagedSaved = Saved;
        StagedStart = Start;
    }

    /// <summary>
    /// Begins a log, or (at the start of the process) one that was trimmed up to <paramref name="start"/>.
    /// </summary>
    public void Begin(Position start)
    {
        Start = End = Saved = start;
        Held.StartAfter(start.Offset);
    }

    /// <summary>Becomes what it was before it was packed. Whose bytes count in which segment is as it was.</summary>
    public void TakeUp(Position start, ReadOnlySpan<HeldEntry> entries, long savedOffset, in RecordPlace checkpoint,
        long quietSince)
    {
        Start = start;
        Held.StartAfter(start.Offset);
        foreach (var entry in entries)
        {
            Held.Add(entry);
        }

        End = entries.Length == 0 ? start : new Position(start.Epoch, start.Offset + entries.Length, entries[^1].Id);
        Saved = new Position(start.Epoch, savedOffset, IdAt(savedOffset));
        Checkpoint = checkpoint;
        QuietSince = quietSince;
        Unstage();
    }

    /// <summary>Begins another log in place of this one, whose records no longer count.</summary>
    public void BeginAnew(Position start)
    {
        Drop();
        Checkpoint = default;
        Held.TrimThrough(End.Offset);
        Begin(start);
    }

    public void Append(Position position, in HeldEntry entry, long time)
    {
        Held.Add(entry);
        End = position;
        QuietSince = time;
        entry.Segment.LiveBytes += entry.Length;
    }

    /// <summary>
    /// Appends an entry that was stored, to a log of another epoch if the entry has one; returns whether that replaced
    /// a log.
    /// </summary>
    /// <param name="position">The entry.</param>
    /// <param name="place">Where its record stands.</param>
    /// <param name="time">When it was written, in µs.</param>
    /// <param name="mends">Whether the entry begins a damaged log anew.</param>
    public bool Commit(Position position, in RecordPlace place, long time, bool mends)
    {
        var replaces = !End.IsNone && End.Epoch != position.Epoch;
        if (replaces)
        {
            BeginAnew(new Position(position.Epoch, 0, EntryId.None));
        }
        else if (End.IsNone)
        {
            Begin(new Position(position.Epoch, 0, EntryId.None));
        }

        if (mends)
        {
            Problem = null;
            ProblemIsRecorded = false;
        }

        Append(position, new HeldEntry(position.Id, place.Segment, (uint)place.At, place.Length), time);
        return replaces;
    }

    /// <summary>Takes a checkpoint over, whose positions are of this log.</summary>
    public void Cover(Position saved, Position start, in RecordPlace place, long time)
    {
        if (Checkpoint.Segment is { } before)
        {
            before.LiveBytes -= Checkpoint.Length;
        }

        place.Segment.LiveBytes += place.Length;
        Checkpoint = place;
        Saved = saved;
        QuietSince = time;
        if (start.Offset > Start.Offset)
        {
            Release(start.Offset);
            Start = start;
            Held.TrimThrough(start.Offset);
        }
    }

    /// <summary>The id of the entry at an offset from <see cref="Start"/> to <see cref="End"/>; none beyond.</summary>
    public EntryId IdAt(long offset) =>
        offset == Start.Offset ? Start.Id
        : offset == End.Offset ? End.Id
        : offset > Start.Offset && offset < End.Offset ? Held[offset].Id
        : EntryId.None;

    /// <summary>Whether the position is one of this log, from <see cref="Start"/> to <see cref="End"/>.</summary>
    public bool Has(Position position) =>
        position.Epoch == End.Epoch && position.Offset >= Start.Offset && position.Offset <= End.Offset
            && IdAt(position.Offset) == position.Id;

    /// <summary>
    /// Whether the record found at this place is the one that counts. Of a refused document all are kept, for its
    /// repair.
    /// </summary>
    public bool IsLive(in RecordHeader header, Segment segment, long at) => header.Kind switch
    {
        RecordKind.Dropped when header.Refusal is null => false,
        _ when Problem is not null => true,
        RecordKind.Entry => header.Position.Epoch == End.Epoch && header.Position.Offset > Start.Offset
            && header.Position.Offset <= End.Offset
            && Held[header.Position.Offset] is var held && held.Segment == segment && held.At == at,
        RecordKind.Checkpoint => Checkpoint.Segment == segment && Checkpoint.At == at,
        _ => false,
    };

    /// <summary>Says that a live record now stands elsewhere too, and that this is the place that counts.</summary>
    public void Move(in RecordHeader header, Segment from, in RecordPlace to)
    {
        to.Segment.LiveBytes += to.Length;
        if (Problem is not null)
        {
            return; // All records of a refused document are kept, also those that were never counted.
        }

        from.LiveBytes -= to.Length;
        if (header.Kind == RecordKind.Checkpoint)
        {
            Checkpoint = to;
        }
        else
        {
            Held.Move(header.Position.Offset, to.Segment, (uint)to.At);
        }
    }

    /// <summary>Gives up everything: the log expired, or is replaced.</summary>
    public void Drop()
    {
        Release(End.Offset);
        if (Checkpoint.Segment is { } segment)
        {
            segment.LiveBytes -= Checkpoint.Length;
        }
    }

    private void Release(long through)
    {
        for (var offset = Held.FirstOffset; offset <= through; offset++)
        {
            var entry = Held[offset];
            entry.Segment.LiveBytes -= entry.Length;
        }
    }
}
