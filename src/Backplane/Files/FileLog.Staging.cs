using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// What a request comes to, decided by the writer in the order in which requests came, against the log as it will be
/// after those before it.
/// </summary>
public sealed partial class FileLog
{
    private void Stage(LogRequest request)
    {
        var document = Wake(request.Document);
        if (request.Mends)
        {
            StageMending(request, document);
        }
        else if (document?.Problem is { } problem)
        {
            // A checkpoint of a damaged log says nothing that could be relied on.
            staged.Add(
                new StagedRequest(request, document, default, default, 0, 0, [], -1,
                    request.IsCheckpoint ? null : problem));
        }
        else if (request.IsCheckpoint)
        {
            StageCheckpoint(request, document);
        }
        else
        {
            StageAppend(request, document ?? AddDocument(request.Document));
        }
    }

    private void StageAppend(LogRequest request, IndexedDocument document)
    {
        var end = document.StagedEnd;
        if (FindStored(request, document) is { } stored)
        {
            StageAnswer(request, document, stored);
        }
        else if (request.Replaces && !end.IsNone && !request.ReplacedEnd.IsNone && request.ReplacedEnd != end)
        {
            StageAnswer(request, document, new AppendResult(AppendOutcome.OtherEpoch, end, EntryId.None));
        }
        else if (end.IsNone || (request.Replaces && request.Epoch == end.Epoch))
        {
            // What the group has of the log so far is replaced with it.
            document.StagedLast = -1;
            var first = new Position(Math.Max(request.Epoch + 1, Microseconds()), 1, request.Entry.Id);
            StageEntry(request, document, new AppendResult(AppendOutcome.StartedEpoch, first, EntryId.None));
            document.StagedStart = document.StagedSaved = new Position(first.Epoch, 0, EntryId.None);
        }
        else if (request.Epoch != end.Epoch)
        {
            StageAnswer(request, document, new AppendResult(AppendOutcome.OtherEpoch, end, EntryId.None));
        }
        else
        {
            StageEntry(request, document,
                new AppendResult(AppendOutcome.Stored,
                    new Position(end.Epoch, end.Offset + 1, request.Entry.Id), end.Id));
        }
    }

    private void StageEntry(LogRequest request, IndexedDocument document, in AppendResult result)
    {
        var header = new RecordHeader(
            RecordKind.Entry, request.Entry.Kind, Microseconds(), result.Position, result.Position.Offset - 1,
                result.Previous)
        {
            Fields = request.Entry.Fields,
        };
        var at = group.Length;
        var length = group.Add(header, document.Name, request.Payload);
        staged.Add(
            new StagedRequest(request, document, result, header, at, length, request.Payload,
                document.StagedLast, null));
        document.StagedLast = staged.Count - 1;
        document.StagedEnd = result.Position;
    }

    private void StageAnswer(LogRequest request, IndexedDocument? document, in AppendResult result) =>
        staged.Add(new StagedRequest(request, document, result, default, 0, 0, [], -1, null));

    /// <summary>
    /// The answer that the entry got when it was stored, under whichever of its ids, if the log or the group has it.
    /// </summary>
    private AppendResult? FindStored(LogRequest request, IndexedDocument document)
    {
        var stored = FindStored(request, document, request.Entry.Id);
        foreach (var earlier in request.Entry.Earlier.Span)
        {
            stored ??= FindStored(request, document, earlier);
        }

        return stored;
    }

    private AppendResult? FindStored(LogRequest request, IndexedDocument document, EntryId id)
    {
        Position position;
        EntryId previous;
        if (document.StagedEnd.Epoch == document.End.Epoch && document.Held.OffsetOf(id) is > 0 and var offset)
        {
            position = new Position(document.End.Epoch, offset, id);
            previous = document.IdAt(offset - 1);
        }
        else
        {
            var i = document.StagedLast;
            while (i >= 0 && staged[i].Header.Position.Id != id)
            {
                i = staged[i].PreviousOfDocument;
            }

            if (i < 0)
            {
                return null;
            }

            position = staged[i].Result.Position;
            previous = staged[i].Result.Previous;
        }

        // Whoever started the epoch and did not hear of it must hear it from the repeat: it still has to reconcile.
        var outcome = position.Offset == 1 && request.Epoch != position.Epoch
            ? AppendOutcome.StartedEpoch
            : AppendOutcome.Stored;
        return new AppendResult(outcome, position, previous);
    }

    private void StageCheckpoint(LogRequest request, IndexedDocument? document)
    {
        if (document is null || document.End.IsNone)
        {
            StageAnswer(request, document, default);
            return;
        }

        // Checked against what is committed: nobody can name an entry of this very group yet.
        var fits = document.Has(request.Saved) && request.Saved.Epoch == document.StagedEnd.Epoch;
        var saved = fits && request.Saved.Offset > document.StagedSaved.Offset ? request.Saved : document.StagedSaved;
        var trim = request.TrimThrough;
        var start = fits && document.Has(trim) && trim.Offset <= request.Saved.Offset
            && trim.Offset > document.StagedStart.Offset ? trim : document.StagedStart;
        var named = saved == request.Saved && saved.Offset > 0 ? saved : Position.None;
        if (saved == document.StagedSaved && start == document.StagedStart)
        {
            staged.Add(new StagedRequest(request, document, default, default, 0, 0, [], -1, null) { Saved = named });
            return;
        }

        document.StagedSaved = saved;
        document.StagedStart = start;
        var header = new RecordHeader(RecordKind.Checkpoint, 0, Microseconds(), saved, start.Offset, start.Id);
        var at = group.Length;
        var length = group.Add(header, document.Name, []);
        staged.Add(new StagedRequest(request, document, default, header, at, length, [], -1, null) { Saved = named });
    }

    private IndexedDocument? Wake(DocumentName name)
    {
        lock (index)
        {
            return documents.Find(name);
        }
    }

    private IndexedDocument AddDocument(DocumentName name)
    {
        var document = new IndexedDocument(name);
        lock (index)
        {
            documents.Add(document);
        }

        return document;
    }
}
