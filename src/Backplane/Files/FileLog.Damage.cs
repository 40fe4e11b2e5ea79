using System.Globalization;
using System.Text;
using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>The way out for a document whose bytes do not read.</summary>
public sealed partial class FileLog : IDamagedLogs
{
    /// <summary>
    /// The end of the names of files with records that were set aside; the log does not look at them.
    /// </summary>
    internal const string AsideSuffix = ".aside";

    /// <inheritdoc />
    public async ValueTask<SalvagedLog?> SalvageAsync(DocumentName document, CancellationToken cancellation)
    {
        _ = document.Value;
        cancellation.ThrowIfCancellationRequested();
        if (ProblemOf(document) is not { } problem)
        {
            return null;
        }

        var salvage = new LogSalvage(document, copy: null);
        await Task.Run(() => Read(salvage), cancellation);
        return new SalvagedLog(salvage.Entries, salvage.End, salvage.MayLackEnd, problem);
    }

    /// <inheritdoc />
    /// <remarks>
    /// All segments are read. The copy holds the records one after the other, as they stood in the segments. The
    /// segments stay as they are: one with damaged bytes in it is kept under another name when it leaves the log.
    /// </remarks>
    public async ValueTask<string?> SetAsideAsync(DocumentName document, LogEntry entry, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (ProblemOf(document) is null)
        {
            return null;
        }

        var (place, end) = await Task.Run(() => CopyAside(document), cancellation);
        var result = await StoreAsync(document, end.Epoch, entry, end, cancellation, mends: true);
        if (result.Outcome != AppendOutcome.StartedEpoch)
        {
            return null;
        }

        LogDocumentSetAside(document, place);
        return place;
    }

    private string? ProblemOf(DocumentName document)
    {
        lock (index)
        {
            ObjectDisposedException.ThrowIf(segments.Count == 0, this);
            return documents.Peek(document)?.Problem;
        }
    }

    private (string Place, Position End) CopyAside(DocumentName document)
    {
        try
        {
            using var copy = CreateAside();
            var salvage = new LogSalvage(document, copy);
            Read(salvage);
            copy.Flush(flushToDisk: true);
            DirectoryFlush.Flush(directory);
            return (copy.Name, salvage.End);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(e);
        }
    }

    private FileStream CreateAside()
    {
        for (var number = Microseconds(); ; number++)
        {
            var path = Path.Combine(directory, number.ToString("d20", CultureInfo.InvariantCulture) + AsideSuffix);
            if (!File.Exists(path))
            {
                return new FileStream(path, FileMode.CreateNew, FileAccess.Write);
            }
        }
    }

    private void Read(LogSalvage salvage)
    {
        var held = new List<(Segment Segment, long Length)>();
        lock (index)
        {
            ObjectDisposedException.ThrowIf(segments.Count == 0, this);
            foreach (var segment in segments)
            {
                // What cleaning copies meanwhile is read where it stood.
                segment.Acquire();
                held.Add((segment, segment.Length));
            }
        }

        try
        {
            salvage.Read(held);
        }
        catch (IOException e)
        {
            throw Unreadable(e);
        }
        finally
        {
            held.ForEach(one => one.Segment.Release());
        }
    }

    private BackplaneUnavailableException Unreadable(Exception e) =>
        new($"The log in {directory} could not be read or copied: {e.Message}", e);

    private List<IndexedDocument> UnrecordedDamage()
    {
        lock (index)
        {
            return [.. documents.Awake.Where(document => document is { Problem: not null, ProblemIsRecorded: false })];
        }
    }

    /// <summary>
    /// Refuses a document from now on, for bytes that are damaged or that this version does not understand.
    /// </summary>
    private void Refuse(DocumentName name, Segment segment, string problem, bool isDamage)
    {
        lock (index)
        {
            segment.HasDamage |= isDamage;
            if (documents.Find(name) is not { Problem: null } document)
            {
                return;
            }

            document.Problem = problem;
            document.ProblemIsRecorded = !isDamage;
        }

        jobs.Damaged(name, problem);
        LogDocumentDamaged(logger, name, problem);
    }

    /// <summary>
    /// Says in the log which documents are damaged, because the segment that shows it is about to leave it.
    /// </summary>
    private void RecordDamage(List<IndexedDocument> refused)
    {
        foreach (var document in refused)
        {
            group.Add(
                new RecordHeader(RecordKind.Damage, 0, Microseconds(), document.End, 0, EntryId.None),
                document.Name,
                Encoding.UTF8.GetBytes(document.Problem!));
        }
    }

    /// <summary>Begins a damaged log anew. Of other logs nothing is changed.</summary>
    private void StageMending(LogRequest request, IndexedDocument? document)
    {
        if (document is not { Problem: not null })
        {
            var end = document?.StagedEnd ?? Position.None;
            StageAnswer(request, document, new AppendResult(AppendOutcome.OtherEpoch, end, EntryId.None));
            return;
        }

        var epoch = Math.Max(Math.Max(request.Epoch, document.End.Epoch) + 1, Microseconds());
        document.StagedLast = -1;
        var first = new Position(epoch, 1, request.Entry.Id);
        StageEntry(request, document, new AppendResult(AppendOutcome.StartedEpoch, first, EntryId.None));
        document.StagedStart = document.StagedSaved = new Position(epoch, 0, EntryId.None);
    }
}
