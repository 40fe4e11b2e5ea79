using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// Gives disk space back. Segments are given up strictly from the oldest on, after what still counts in them was
/// written again at the log's end. So a record that cancels others (a checkpoint, a drop) never disappears before those
/// it cancels, nothing that was trimmed or dropped comes back with a restart, and no record has to be kept only as a
/// tombstone.
/// </summary>
/// <remarks>
/// The oldest segment is copied when all files together exceed twice what counts plus two segments. A full round over
/// the log then copies at most as much as it frees, and the directory stays below that bound. A crash between copy and
/// removal leaves a record twice, which the start takes once.
/// </remarks>
public sealed partial class FileLog
{
    // What one step may read and write: appends wait that long.
    private const int StepReadBytes = 4 << 20;
    private const int StepWriteBytes = 1 << 20;

    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(10);

    private readonly List<(IndexedDocument Document, RecordHeader Header, int At, int Length)> moved = [];
    private SegmentScanner? scanner;
    private long cleanedTo;
    private bool cleaningIsUndecided = true;
    private volatile bool cleaningIsDue;

    /// <summary>Has the writer look for logs that expired.</summary>
    internal void Sweep()
    {
        lock (gate)
        {
            if (disposed)
            {
                return;
            }

            sweepIsDue = true;
            if (writing)
            {
                return;
            }

            writing = true;
        }

        StartWriter();
    }

    private void DecideOnCleaning()
    {
        if (!cleaningIsUndecided)
        {
            return;
        }

        cleaningIsUndecided = false;
        long live = 0, total = 0;
        foreach (var segment in segments)
        {
            live += segment.LiveBytes;
            total += segment.Length;
        }

        cleaningIsDue = segments.Count > 1
            && (scanner is not null || segments[0].LiveBytes <= 0 || total > (2 * live) + (2L * options.SegmentBytes));
    }

    private void CleanOneStep()
    {
        var sweep = false;
        lock (gate)
        {
            if (disposed || !(sweepIsDue || cleaningIsDue))
            {
                return;
            }

            sweep = sweepIsDue;
            sweepIsDue = false;
        }

        try
        {
            if (sweep)
            {
                DropExpired();
                cleaningIsUndecided = true;
            }
            else if (scanner is null && segments[0] is { LiveBytes: 0, HasDamage: false })
            {
                GiveUpOldest();
            }
            else
            {
                CopyOnward();
            }
        }
        catch (Exception e)
        {
            // Nothing is lost: what was copied counts there, the rest counts where it is. The next checkpoint, segment
            // or sweep tries again.
            scanner = null;
            cleaningIsUndecided = false;
            cleaningIsDue = false;
            LogCleaningFailed(e, segments[0].Path);
        }

        group.Clear();
        DecideOnCleaning();
    }

    private void CopyOnward()
    {
        var oldest = segments[0];
        if (scanner is null)
        {
            scanner = new SegmentScanner(oldest);
            cleanedTo = Segment.HeaderLength;
        }

        var limit = cleanedTo + StepReadBytes;
        moved.Clear();
        while (cleanedTo < oldest.Length && cleanedTo < limit && group.Length < StepWriteBytes)
        {
            CopyIfLive(oldest, scanner);
        }

        var done = cleanedTo >= oldest.Length;
        var refused = done && oldest.HasDamage ? UnrecordedDamage() : [];
        RecordDamage(refused);
        if (group.Length > 0)
        {
            var at = Store();
            lock (index)
            {
                foreach (var one in moved)
                {
                    one.Document.Move(one.Header, oldest, new RecordPlace(Active, at + one.At, one.Length));
                }

                moved.ForEach(one => documents.PackIfQuiet(one.Document));
                refused.ForEach(document => document.ProblemIsRecorded = true);
            }
        }

        if (done)
        {
            GiveUpOldest();
        }
    }

    private void CopyIfLive(Segment oldest, SegmentScanner at)
    {
        var status = at.ReadAt(cleanedTo);
        if (status is ScanStatus.NoHeader or ScanStatus.Incomplete)
        {
            throw new IOException(
                $"{oldest.Path} does not read at offset {cleanedTo} any more; it is kept, and the next "
                    + "start will say so.");
        }

        if (WakeIfLive(at, oldest) is { } document)
        {
            if (status == ScanStatus.Record)
            {
                moved.Add((document, at.Header, group.Length, at.Length));
                group.Add(at.Record);
            }
            else
            {
                Refuse(document.Name, oldest,
                    LogReplay.Describe(document.Name, at.Header.Position,
                        new RecordPlace(oldest, cleanedTo, at.Length)), isDamage: true);
            }
        }

        oldest.HasDamage |= status == ScanStatus.PayloadDamaged;
        cleanedTo += at.Length;
    }

    /// <summary>The document of the record at <see cref="cleanedTo"/>, if the record counts.</summary>
    private IndexedDocument? WakeIfLive(SegmentScanner at, Segment oldest)
    {
        lock (index)
        {
            return documents.Peek(at.Document)?.IsLive(at.Header, oldest, cleanedTo) == true
                ? documents.Find(at.Document)
                : null;
        }
    }

    /// <summary>
    /// Removes the oldest segment, of which nothing counts any more; or, with damage in it, takes it out of the log and
    /// keeps the file.
    /// </summary>
    private void GiveUpOldest()
    {
        // A power cut must not leave the removal without what it relies on.
        flusher.Flush();
        DirectoryFlush.Flush(directory);
        var oldest = segments[0];
        if (oldest.HasDamage)
        {
            var kept = oldest.Path + Segment.SetAsideSuffix;
            File.Move(oldest.Path, kept);
            LogSegmentSetAside(oldest.Path, kept);
        }
        else
        {
            File.Delete(oldest.Path);
            LogSegmentRemoved(oldest.Path);
        }

        scanner = null;
        cleaningIsUndecided = true;
        lock (index)
        {
            segments.RemoveAt(0);
        }

        oldest.Release();
    }

    private void DropExpired()
    {
        var now = Microseconds();
        var retention = options.CoveredLogRetention.Ticks / TimeSpan.TicksPerMicrosecond;
        foreach (var some in WakeExpired(now - retention).Chunk(MaxGroupRequests))
        {
            group.Clear();
            foreach (var document in some)
            {
                group.Add(new RecordHeader(RecordKind.Dropped, 0, now, document.End, 0, EntryId.None),
                    document.Name, []);
            }

            Store();
            lock (index)
            {
                foreach (var document in some)
                {
                    document.Drop();
                    documents.Remove(document);
                }
            }

            foreach (var document in some)
            {
                LogDocumentExpired(document.Name);
            }
        }
    }

    private List<IndexedDocument> WakeExpired(long quietSince)
    {
        lock (index)
        {
            // Those among them that somebody only looked at, or wrote to in vain.
            documents.PackQuiet();
            return documents.QuietSince(quietSince).ConvertAll(name => documents.Find(name)!);
        }
    }
}
