using System.Runtime.InteropServices;
using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// What the requests of a group come to, decided in the order in which they came, each against the log as it will be
/// after those before it. Adds the records to the group, and neither stores nor shows them. The writer's alone.
/// </summary>
/// <param name="index">The index. What is decided here stands in the staged fields of its documents.</param>
/// <param name="records">Takes the records.</param>
/// <param name="time">The clock of epochs.</param>
internal sealed class GroupStaging(LogIndex index, RecordGroup records, TimeProvider time)
{
    private readonly List<StagedRequest> staged = [];

    /// <summary>The group, in order; valid until it changes.</summary>
    public ReadOnlySpan<StagedRequest> Requests => CollectionsMarshal.AsSpan(staged);

    public void Clear() => staged.Clear();

    public void Add(LogRequest request)
    {
        var document = index.Find(request.Document);
        if (request.Mends)
        {
            AddMending(request, document);
        }
        else if (document?.Problem is { } problem)
        {
            // A checkpoint of a damaged log cannot be relied on.
            staged.Add(
                new StagedRequest(request, document, default, default, 0, 0, [], -1,
                    request.IsCheckpoint ? null : problem));
        }
        else if (request.IsCheckpoint)
        {
            AddCheckpoint(request, document);
        }
        else
        {
            AddAppend(request, document ?? index.Add(request.Document));
        }
    }

    private void AddAppend(LogRequest request, IndexedDocument document)
    {
        var end = document.StagedEnd;
        if (FindStored(request, document) is { } stored)
        {
            AddAnswer(request, document, stored);
        }
        else if (request.Replaces && !end.IsNone && !request.ReplacedEnd.IsNone && request.ReplacedEnd != end)
        {
            AddAnswer(request, document, new AppendResult(AppendOutcome.OtherEpoch, end, EntryId.None));
        }
        else if (end.IsNone || (request.Replaces && request.Epoch == end.Epoch))
        {
            BeginLog(request, document, Math.Max(request.Epoch + 1, time.Microseconds()));
        }
        else if (request.Epoch != end.Epoch)
        {
            AddAnswer(request, document, new AppendResult(AppendOutcome.OtherEpoch, end, EntryId.None));
        }
        else
        {
            AddEntry(request, document,
                new AppendResult(AppendOutcome.Stored,
                    new Position(end.Epoch, end.Offset + 1, request.Entry.Id), end.Id));
        }
    }

    /// <summary>Begins a damaged log anew. Other logs are not changed.</summary>
    private void AddMending(LogRequest request, IndexedDocument? document)
    {
        if (document is { Problem: not null })
        {
            var epoch = Math.Max(request.Epoch, document.End.Epoch) + 1;
            BeginLog(request, document, Math.Max(epoch, time.Microseconds()));
        }
        else
        {
            var end = document?.StagedEnd ?? Position.None;
            AddAnswer(request, document, new AppendResult(AppendOutcome.OtherEpoch, end, EntryId.None));
        }
    }

    /// <summary>Begins a log, which replaces what the group has of the document so far.</summary>
    private void BeginLog(LogRequest request, IndexedDocument document, long epoch)
    {
        document.StagedLast = -1;
        var first = new Position(epoch, 1, request.Entry.Id);
        AddEntry(request, document, new AppendResult(AppendOutcome.StartedEpoch, first, EntryId.None));
        document.StagedStart = document.StagedSaved = new Position(epoch, 0, EntryId.None);
    }

    private void AddEntry(LogRequest request, IndexedDocument document, in AppendResult result)
    {
        var header = new RecordHeader(
            RecordKind.Entry, request.Entry.Kind, time.Microseconds(), result.Position, result.Position.Offset - 1,
                result.Previous)
        {
            Fields = request.Entry.Fields,
        };
        var at = records.Length;
        var length = records.Add(header, document.Name, request.Payload);
        staged.Add(
            new StagedRequest(request, document, result, header, at, length, request.Payload,
                document.StagedLast, null));
        document.StagedLast = staged.Count - 1;
        document.StagedEnd = result.Position;
    }

    private void AddAnswer(LogRequest request, IndexedDocument? document, in AppendResult result) =>
        staged.Add(new StagedRequest(request, document, result, default, 0, 0, [], -1, null));

    /// <summary>
    /// For a repeat, the answer that the try got which was stored, if the log or the group has it. A replacement may be
    /// a repeat without saying so.
    /// </summary>
    private AppendResult? FindStored(LogRequest request, IndexedDocument document)
    {
        var stored = request.Replaces ? FindStored(request, document, request.Entry.Id) : null;
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
        var named = request.Entry.EarlierAfter;
        var after = document.Has(named) ? named.Offset : document.Start.Offset;
        if (document.StagedEnd.Epoch == document.End.Epoch && document.Held.OffsetOf(id, after) is > 0 and var offset)
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

        // A writer that started the epoch and did not hear of it must hear it from the repeat: it has to reconcile.
        var outcome = position.Offset == 1 && request.Epoch != position.Epoch
            ? AppendOutcome.StartedEpoch
            : AppendOutcome.Stored;
        return new AppendResult(outcome, position, previous);
    }

    private void AddCheckpoint(LogRequest request, IndexedDocument? document)
    {
        if (document is null || document.End.IsNone)
        {
            AddAnswer(request, document, default);
            return;
        }

        // Checked against what is committed: no caller can name an entry of this very group yet.
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
        var header = new RecordHeader(RecordKind.Checkpoint, 0, time.Microseconds(), saved, start.Offset, start.Id);
        var at = records.Length;
        var length = records.Add(header, document.Name, []);
        staged.Add(new StagedRequest(request, document, default, header, at, length, [], -1, null) { Saved = named });
    }
}
