using Relay.Backplane;
using Relay.Connections;

namespace Relay.Sessions;

/// <summary>
/// Entries of the log, in order and without holes, wherever they come from: replies to appends, the channel, reads.
/// </summary>
internal sealed partial class DocumentSession
{
    /// <summary>Entries from beyond the next offset, by offset.</summary>
    private readonly SortedDictionary<long, LoggedEntry> ahead = [];
    private long aheadBytes;

    /// <summary>Entries that came while the document was being put together.</summary>
    private readonly List<LoggedEntry> held = [];
    private long heldBytes;
    private bool heldIncomplete;

    public void OnChannelEntry(in LoggedEntry entry)
    {
        if (State == SessionState.Loading)
        {
            Hold(entry);
        }
        else if (State != SessionState.Closed)
        {
            OnEntry(entry);
        }
    }

    /// <summary>The channel may have lost messages: a lost last one leaves no hole, so the log is asked.</summary>
    public void OnChannelInterrupted()
    {
        // So may presence, on both sides.
        RepairPresence();

        if (State == SessionState.Loading || reconciling)
        {
            heldIncomplete = true;
        }
        else
        {
            ReadOn();
        }
    }

    private void Hold(in LoggedEntry entry)
    {
        heldBytes += entry.Payload.Length + 64;
        if (heldBytes <= settings.HeldBytes)
        {
            held.Add(entry);
        }
        else
        {
            heldIncomplete = true;
        }
    }

    private void ReleaseHeld()
    {
        var entries = held.ToArray();
        held.Clear();
        heldBytes = 0;
        foreach (var entry in entries)
        {
            OnEntry(entry);
        }

        if (heldIncomplete && !reconciling)
        {
            heldIncomplete = false;
            ReadOn();
        }
    }

    private void OnEntry(in LoggedEntry entry)
    {
        if (State == SessionState.Closed)
        {
            return;
        }

        var at = entry.Position;
        if (entry.Kind == EntryKind.Deleted && at.Epoch > position.Epoch)
        {
            DieDeleted();
            return;
        }

        if (reconciling)
        {
            Hold(entry);
            return;
        }

        if (at.Epoch != position.Epoch)
        {
            RequestReconcile();
        }
        else if (at.Offset <= position.Offset)
        {
            OnOldEntry(entry);
        }
        else if (at.Offset > position.Offset + 1)
        {
            KeepAhead(entry);
        }
        else if (entry.Previous != position.Id)
        {
            RequestReconcile();
        }
        else
        {
            Apply(entry);
            ApplyAhead();
        }
    }

    /// <summary>Nearly always the session's own entry, which comes with the reply and over the channel.</summary>
    private void OnOldEntry(in LoggedEntry entry)
    {
        if (entry.Position.Offset == position.Offset && entry.Position.Id != position.Id)
        {
            RequestReconcile();
            return;
        }

        if (flight?.Has(entry.Position.Id) != true)
        {
            return;
        }

        // The append repeats an entry that the document should have: read with a snapshot, not as an entry.
        if (document.TryGetNews(flight.Payload, out var news, out _, isAccepted: true) && news.IsEmpty)
        {
            SettleFlight(news);
        }
        else
        {
            RequestReconcile();
        }
    }

    private void Apply(in LoggedEntry entry)
    {
        if (entry.Kind == EntryKind.Deleted)
        {
            DieDeleted();
            return;
        }

        if (!document.TryApply(entry.Kind == EntryKind.Created ? EmptyUpdate : entry.Payload,
            out var news, out var error))
        {
            // Another node logged what this one would have refused. Nothing after it can be right either.
            LogEntryUnreadable(services.Logger, Name, entry.Position, error);
            closedFor = CloseReason.DocumentUnreadable;
            Die(CloseReason.DocumentUnreadable);
            return;
        }

        position = entry.Position;
        snapshots.Applied(position);
        documentVersion++;
        answers.Forget();
        limit.Holds(document.MemoryBytes);
        unsavedBytes += entry.Payload.Length;
        if (flight?.Has(position.Id) == true)
        {
            SettleFlight(news);
        }
        else if (!news.IsEmpty)
        {
            Deliver(news);
        }

        MarkUnsaved();
    }

    /// <summary>
    /// The document was deleted: what this session has of it is dropped, and reconciled with nothing.
    /// </summary>
    private void DieDeleted()
    {
        LogDocumentDeleted(services.Logger, Name);
        closedFor = CloseReason.DocumentDeleted;
        Die(CloseReason.DocumentDeleted);
    }

    private void KeepAhead(in LoggedEntry entry)
    {
        aheadBytes += entry.Payload.Length + 64;
        if (aheadBytes <= settings.HeldBytes)
        {
            ahead[entry.Position.Offset] = entry;
        }

        if (!gapTimer.IsSet && !reading)
        {
            gapTimer.Set(settings.GapWait);
        }
    }

    private void ApplyAhead()
    {
        while (ahead.Count > 0 && !reconciling && State != SessionState.Closed)
        {
            var (offset, entry) = ahead.First();
            if (offset > position.Offset + 1)
            {
                return;
            }

            ahead.Remove(offset);
            if (offset == position.Offset + 1 && entry.Previous == position.Id)
            {
                Apply(entry);
            }
            else
            {
                OnEntry(entry);
            }
        }

        if (ahead.Count == 0)
        {
            aheadBytes = 0;
            gapTimer.Clear();
        }
    }
}
