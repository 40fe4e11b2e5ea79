using Relay.Backplane;
using Relay.Connections;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>Entries of the log, in order and without holes, wherever they come from: replies to appends, the channel, reads.</summary>
internal sealed partial class DocumentSession
{
    /// <summary>Entries from beyond the next offset, by offset.</summary>
    private readonly SortedDictionary<long, LoggedEntry> ahead = [];
    private long aheadBytes;

    /// <summary>Entries that came while the document was being put together.</summary>
    private readonly List<LoggedEntry> held = [];
    private long heldBytes;
    private bool heldIncomplete;

    private bool reading;
    private bool readAgain;
    private int failedReads;

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

        if (reconciling)
        {
            Hold(entry);
            return;
        }

        var at = entry.Position;
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

        if (flight?.Id != entry.Position.Id)
        {
            return;
        }

        // The append repeats an entry that the document should have: read with a snapshot, not as an entry.
        if (document.TryGetNews(flight.Payload, out var news, out _) && news.IsEmpty)
        {
            SettleFlight();
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
            LogDocumentDeleted(services.Logger, Name);
            closedFor = CloseReason.DocumentDeleted;
            Die(CloseReason.DocumentDeleted);
            return;
        }

        if (!document.TryApply(entry.Payload, out var news, out var error))
        {
            // Another node logged what this one would have refused. Nothing after it can be right either.
            LogEntryUnreadable(services.Logger, Name, entry.Position, error);
            closedFor = CloseReason.DocumentUnreadable;
            Die(CloseReason.DocumentUnreadable);
            return;
        }

        position = entry.Position;
        documentVersion++;
        unsavedBytes += entry.Payload.Length;
        if (!news.IsEmpty)
        {
            Deliver(news);
        }

        if (flight?.Id == position.Id)
        {
            SettleFlight();
        }

        MarkUnsaved();
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

    private void OnGapWaited()
    {
        if (aheadBytes > 0)
        {
            ReadOn();
        }
    }

    /// <summary>Reads what follows the session's position from the log.</summary>
    private void ReadOn()
    {
        if (reconciling || State is SessionState.Loading or SessionState.Closed)
        {
            return;
        }

        if (reading)
        {
            readAgain = true;
            return;
        }

        reading = true;
        readAgain = false;
        var after = position;
        Start(settings.CallTimeout, cancellation => ReadAfterAsync(after, cancellation), OnRead, OnReadFailed);
    }

    /// <summary>
    /// Without a log the newest snapshot says whether anything is missing. Nearly always nothing is: a log expires when all of it is covered. But it may have been lost, too, after other nodes had gone
    /// further than this one.
    /// </summary>
    private async ValueTask<(LogReadResult Read, Position Newest)> ReadAfterAsync(Position after, CancellationToken cancellation)
    {
        var read = await services.Log.ReadAsync(Name, after, cancellation);
        if (read.Outcome != LogReadOutcome.NoLog)
        {
            return (read, Position.None);
        }

        var listing = await services.Snapshots.ListAsync(Name, cancellation);
        return (read, listing.Count == 0 ? Position.None : listing[0].Position);
    }

    private void OnRead((LogReadResult Read, Position Newest) outcome)
    {
        var (result, newest) = outcome;
        reading = false;
        failedReads = 0;
        if (State == SessionState.Closed || reconciling)
        {
            return;
        }

        // What waited for the hole is in the log, too; what it was too much to keep as well.
        ahead.Clear();
        aheadBytes = 0;
        gapTimer.Clear();
        if (result.Outcome == LogReadOutcome.Entries)
        {
            foreach (var entry in result.Entries)
            {
                OnEntry(entry);
            }
        }
        else if (result.Outcome != LogReadOutcome.NoLog || position != saved || position != newest)
        {
            RequestReconcile();
        }

        if (readAgain)
        {
            ReadOn();
        }

        ContinueLeaving();
    }

    private void OnReadFailed(Exception exception)
    {
        reading = false;
        if (State == SessionState.Closed || reconciling)
        {
            return;
        }

        if (++failedReads == 1)
        {
            LogReadingFailed(services.Logger, exception, Name);
        }

        readTimer.Set(services.Environment.Backoff(failedReads, settings.FirstRetry, settings.LongestRetry));
    }
}
