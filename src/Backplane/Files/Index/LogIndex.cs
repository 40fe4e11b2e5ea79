using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// What the log knows of its documents without looking at the disk, and the lock that keeps it whole. The lock is never
/// held over a system call.
/// </summary>
/// <remarks>
/// The index shows a record only after the record was written: the writer calls <see cref="Commit"/>,
/// <see cref="Move"/> and <see cref="Drop"/> after the group has been stored, each with the whole group under one lock.
/// So no thread sees half a group, and no thread sees an entry that a killed process loses. A place that the index
/// names is in a segment of the log: a segment leaves only after <see cref="Move"/> has named the copies.
/// </remarks>
internal sealed class LogIndex(LogSegments segments, IEnumerable<IndexedDocument> found)
{
    private readonly Lock gate = new();
    private readonly DocumentIndex documents = new(segments, found);
    private bool isClosed;

    // On any thread.

    /// <summary>The documents with entries that no snapshot covers, and why they are refused or null.</summary>
    public List<(DocumentName Name, string? Problem)> Unsaved()
    {
        lock (gate)
        {
            return [.. documents.Awake.Where(one => one.IsUnsaved).Select(one => (one.Name, one.Problem))];
        }
    }

    /// <summary>Why a document is refused; null if it is not.</summary>
    /// <exception cref="ObjectDisposedException">The log is closed.</exception>
    public string? ProblemOf(DocumentName name)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isClosed, typeof(FileLog));
            return documents.Peek(name)?.Problem;
        }
    }

    /// <summary>Up to where a snapshot covers a document's log; none for a refused document.</summary>
    public Position SavedOf(DocumentName name)
    {
        lock (gate)
        {
            return documents.Peek(name) is { Problem: null, Saved: { Offset: > 0 } saved } ? saved : Position.None;
        }
    }

    /// <summary>Decides on a read. The caller releases the plan.</summary>
    /// <exception cref="ObjectDisposedException">The log is closed.</exception>
    public PlannedRead PlanRead(DocumentName name, Position after)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isClosed, typeof(FileLog));
            return PlannedRead.Of(documents.Peek(name), after);
        }
    }

    /// <summary>Refuses a document from now on; false if it was refused already, or is not there any more.</summary>
    /// <param name="name">The document.</param>
    /// <param name="segment">Where the record stands.</param>
    /// <param name="problem">Why it is refused.</param>
    /// <param name="isDamage">
    /// Whether bytes are damaged; otherwise the record says so itself, and keeps saying it after a restart.
    /// </param>
    public bool TryRefuse(DocumentName name, Segment segment, string problem, bool isDamage)
    {
        lock (gate)
        {
            segment.HasDamage |= isDamage;
            if (documents.Find(name) is not { Problem: null } document)
            {
                return false;
            }

            document.Problem = problem;
            document.ProblemIsRecorded = !isDamage;
            return true;
        }
    }

    /// <summary>Ends plans of reads, before the segments are let go of.</summary>
    public void Close()
    {
        lock (gate)
        {
            isClosed = true;
        }
    }

    // On the writer's thread.

    /// <summary>The document, if the log knows it. It stays the same object until the writer packs it.</summary>
    public IndexedDocument? Find(DocumentName name)
    {
        lock (gate)
        {
            return documents.Find(name);
        }
    }

    /// <summary>Adds a document that has no log yet.</summary>
    public IndexedDocument Add(DocumentName name)
    {
        var document = new IndexedDocument(name);
        lock (gate)
        {
            documents.Add(document);
        }

        return document;
    }

    /// <summary>Shows a group that was stored; returns whether bytes ceased to count.</summary>
    /// <param name="staged">The group.</param>
    /// <param name="segment">Where the group stands.</param>
    /// <param name="at">Where in the segment it begins.</param>
    public bool Commit(ReadOnlySpan<StagedRequest> staged, Segment segment, long at)
    {
        var hasFreed = false;
        lock (gate)
        {
            foreach (ref readonly var one in staged)
            {
                if (one.Length > 0)
                {
                    hasFreed |= one.Commit(segment, at);
                }
            }

            Unstage(staged);
        }

        return hasFreed;
    }

    /// <summary>Forgets a group that was not stored, and the documents that it would have begun.</summary>
    public void Abandon(ReadOnlySpan<StagedRequest> staged)
    {
        lock (gate)
        {
            Unstage(staged);
            foreach (ref readonly var one in staged)
            {
                if (one.Document is { End.IsNone: true, Problem: null } document)
                {
                    documents.Remove(document);
                }
            }
        }
    }

    /// <summary>
    /// Packs those documents of a group that are quiet: after a checkpoint, or a request without a record.
    /// </summary>
    public void PackQuiet(ReadOnlySpan<StagedRequest> staged)
    {
        foreach (ref readonly var one in staged)
        {
            // Asked without the lock first: after an ordinary append no document is quiet.
            if (one.Document is { IsQuiet: true } document)
            {
                lock (gate)
                {
                    documents.PackIfQuiet(document);
                }
            }
        }
    }

    /// <summary>The document of a record that was found at a place, if that record is the one that counts.</summary>
    public IndexedDocument? FindIfLive(DocumentName name, in RecordHeader header, Segment segment, long at)
    {
        lock (gate)
        {
            return documents.Peek(name)?.IsLive(header, segment, at) == true ? documents.Find(name) : null;
        }
    }

    /// <summary>Shows where copied records stand now that their group was stored.</summary>
    /// <param name="moved">The records.</param>
    /// <param name="from">The segment that they were copied from.</param>
    /// <param name="to">Where the group stands.</param>
    public void Move(List<MovedRecord> moved, Segment from, in RecordPlace to)
    {
        lock (gate)
        {
            foreach (var one in moved)
            {
                one.Document.Move(one.Header, from, new RecordPlace(to.Segment, to.At + one.At, one.Length));
            }

            foreach (var one in moved)
            {
                documents.PackIfQuiet(one.Document);
            }
        }
    }

    /// <summary>The documents that are refused for damage which no record tells yet.</summary>
    public List<IndexedDocument> UnrecordedDamage()
    {
        lock (gate)
        {
            return [.. documents.Awake.Where(document => document is { Problem: not null, ProblemIsRecorded: false })];
        }
    }

    /// <summary>Notes that stored records tell the damage of these documents.</summary>
    public void MarkRecorded(List<IndexedDocument> refused)
    {
        lock (gate)
        {
            refused.ForEach(document => document.ProblemIsRecorded = true);
        }
    }

    /// <summary>The documents that have been quiet since this time, in µs, or for longer.</summary>
    public List<IndexedDocument> FindQuietSince(long time)
    {
        lock (gate)
        {
            // Also those that a request has only looked at.
            documents.PackQuiet();
            return documents.QuietSince(time).ConvertAll(name => documents.Find(name)!);
        }
    }

    /// <summary>Forgets documents, after a group that says so was stored.</summary>
    public void Drop(IEnumerable<IndexedDocument> expired)
    {
        lock (gate)
        {
            foreach (var document in expired)
            {
                document.Drop();
                documents.Remove(document);
            }
        }
    }

    private static void Unstage(ReadOnlySpan<StagedRequest> staged)
    {
        foreach (ref readonly var one in staged)
        {
            one.Document?.Unstage();
        }
    }
}
