using Relay.Persistence;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// When a document is saved: some time after the first change that no snapshot covers, sooner when the log holds much,
/// and before the session leaves. Belongs to the session's mailbox, except for <see cref="IsUnsaved"/>.
/// </summary>
internal sealed partial class Saver
{
    private readonly SessionContext context;
    private readonly LoggedDocument content;
    private readonly SnapshotWriter writer;
    private readonly ISaverSession session;
    private readonly SessionTimer timer;
    private readonly UnsavedMark mark;
    private readonly SaveBackoff backoff = new();
    private readonly LastSave last = new();
    private readonly CoveredSnapshots covered = new();

    public Saver(SessionContext context, LoggedDocument content, SnapshotWriter writer, RoomFigures figures,
        ISaverSession session)
    {
        this.context = context;
        this.content = content;
        this.writer = writer;
        this.session = session;
        mark = new UnsavedMark(figures);
        timer = context.Effects.Timer(this, static saver => saver.OnDue());
    }

    /// <summary>The snapshots that the session knows of.</summary>
    public SavedPositions Known { get; private set; } = SavedPositions.None;

    /// <summary>Whether there are changes that no snapshot covers; on any thread, as of a moment ago.</summary>
    public bool IsUnsaved => mark.IsSet;

    public bool IsSaving => mark.IsSaving;

    /// <summary>Whether a save would find changes to store.</summary>
    public bool HasChanges => mark.IsUnsaved;

    /// <summary>Whether a save must be gone through even if a snapshot is there.</summary>
    public bool IsDemanded => last.IsDemanded;

    /// <summary>The stored snapshots all of which is in the document, by the ids in their positions.</summary>
    public IReadOnlyList<EntryId> Covers => covered.ToArray();

    /// <summary>The document was put together.</summary>
    public void OnLoaded(DurableState state)
    {
        Begin(state);
        if (session.Position != Known.Newest || (last.IsDemanded && !session.Position.IsNone))
        {
            // No node has saved these: their writer was killed, or is still about to.
            mark.Bytes = state.EntryBytes;
            Mark();
        }
    }

    /// <summary>The document goes on in the history that a reconcile has put together.</summary>
    public void OnRebased(DurableState state)
    {
        Begin(state);
        mark.Bytes = state.EntryBytes;
    }

    /// <summary>That history is the session's.</summary>
    public void OnReconciled()
    {
        last.NeedAll();
        if (session.Position != Known.Newest)
        {
            Mark();
        }
    }

    /// <summary>An entry was applied.</summary>
    public void OnApplied(int bytes)
    {
        covered.Applied(session.Position);
        mark.Bytes += bytes;
        Mark();
    }

    /// <summary>An entry of this session is in the log, at the session's position.</summary>
    public void OnOwnLogged() => last.Need(session.Position);

    /// <summary>The session begins to drain.</summary>
    public void OnDraining()
    {
        last.Need(session.Position);
        if (backoff.IsSavedElsewhere)
        {
            timer.Set(context.Settings.SavedElsewhereCheck);
        }
    }

    /// <summary>Saves what must be before the session leaves; returns true if all of it is stored.</summary>
    public bool TrySaveAll()
    {
        if (!mark.IsUnsaved || !last.IsMissing(Known.Covered, session.Position))
        {
            return true;
        }

        if (backoff.MayBegin)
        {
            Save();
        }

        return false;
    }

    /// <summary>
    /// From now on a save must be gone through even if a snapshot is there: the job says that none is stored.
    /// </summary>
    public void Demand() => last.IsDemanded = true;

    /// <summary>Marks the document as unsaved although it has not changed, so that a demanded save is due.</summary>
    public void MarkDemanded() => Mark();

    /// <summary>Marks it so, for a save that the caller begins.</summary>
    public void MarkForSaveNow() => mark.IsUnsaved = true;

    /// <summary>Begins a save for requests, if there are changes and the document can be saved now.</summary>
    public void SaveNow() => Save();

    /// <summary>A node has stored a snapshot, this one or another.</summary>
    public void OnSavedAnywhere(Position at)
    {
        covered.Heard(at);
        if (!Known.IsNewer(at, session.Position))
        {
            return;
        }

        if (covered.IsOfOtherHistory(at))
        {
            session.OnHistoryLost();
            return;
        }

        Known = Known.With(at, isCovered: true);
        if (at == session.Position && !mark.IsSaving)
        {
            // There is no save left to repeat: the next change is the first one again.
            backoff.Clear();
            mark.Clear();
            timer.Clear();
        }

        session.OnStored(at);
        session.OnSaveEnded();
    }

    private void Begin(DurableState state)
    {
        Known = SavedPositions.Of(state);
        covered.Restart(state.Covers, state.Position);
    }

    private void Mark()
    {
        mark.IsUnsaved = true;
        if (mark.IsSaving || !backoff.MayBegin)
        {
            return;
        }

        if (mark.Bytes >= context.Settings.SaveBytesOf(content.EncodedBytes))
        {
            Save();
        }

        if (mark.IsUnsaved && !mark.IsSaving && !timer.IsSet)
        {
            // Also if it is due by its bytes and cannot be saved now.
            timer.Set(context.Settings.SaveIntervalOf(content.EncodedBytes));
        }
    }

    private void OnDue()
    {
        backoff.EndWait();
        Save();
        if (mark.IsUnsaved && !mark.IsSaving)
        {
            // Not now: an update that the document has already is still to be appended.
            timer.Set(context.Settings.SaveInterval);
        }
    }

    private void Save()
    {
        // While a recovery is under way the document is more than its position says, and a snapshot under that position
        // may exist with less.
        if (mark.IsSaving || !mark.IsUnsaved || !session.IsWhole)
        {
            return;
        }

        var snapshot = new Snapshot(
            context.Name, SnapshotKind.State, session.Position, context.Now, content.Encode())
        {
            Covers = Covers,
        };
        var withoutClaim = backoff.IgnoresClaims || session.IsSaveRequested;
        session.OnSaveBegun(snapshot.Position);
        var bytes = mark.BeginSave();
        backoff.EndWait();
        timer.Clear();
        writer.Start(
            snapshot,
            Known,
            withoutClaim,
            outcome => OnSaveEnded(snapshot, bytes, outcome),
            exception => OnSaveFailed(snapshot, bytes, exception));
    }

    private void OnSaveEnded(Snapshot snapshot, long bytes, SaveOutcome outcome)
    {
        var claim = outcome.Claim;
        if (claim.IsGranted || claim.Saved == snapshot.Position)
        {
            OnSaved(snapshot, claim.Saved == snapshot.Position ? true : outcome.Stands, outcome.Listing);
            return;
        }

        covered.Heard(claim.Saved);
        mark.EndSave(bytes, Known.Newest != snapshot.Position);
        backoff.OnAnswered();
        if (mark.IsUnsaved)
        {
            timer.Set(backoff.OnRefused(context.Settings, session.IsBeingLeft));
        }

        session.OnSaveEnded();
    }

    private void OnSaved(Snapshot snapshot, bool? stands, IReadOnlyList<SnapshotInfo> listing)
    {
        covered.Stored(snapshot.Position);
        mark.EndSave();
        last.IsDemanded = false;
        backoff.OnSaved();
        Known = Known.With(snapshot.Position, isCovered: stands is true);
        LogSaved(context.Logger, context.Name, snapshot.Position, snapshot.Update.Length);
        if (mark.IsUnsaved)
        {
            Mark();
        }

        if (stands is false)
        {
            session.OnHistoryLost();
        }
        else
        {
            session.OnStored(snapshot.Position);
        }

        if (listing.Count > 0 && covered.LacksAnyOf(context.Name, listing, Known.Unreadable))
        {
            // It is read, and what only it has is appended anew.
            session.OnSnapshotLacking();
        }

        session.OnSaveEnded();
    }

    private void OnSaveFailed(Snapshot snapshot, long bytes, Exception exception)
    {
        mark.EndSave(bytes, isUnsavedStill: true);

        // The session stays in memory until it is stored, however long that takes; the log has everything meanwhile.
        var (wait, isFirst) = backoff.OnFailed(context.Settings, context.Effects.Environment);
        if (isFirst)
        {
            LogSaveFailed(context.Logger, exception, context.Name);
        }

        var isTaken = exception is SnapshotStoreUnavailableException { IsPositionTaken: true };
        if (isTaken && snapshot.Position == session.Position)
        {
            // It was damaged after it was stored, and its store is not known: a repetition would end in the same way.
            session.OnPositionTaken();
        }
        else
        {
            session.OnSaveFailed();
        }

        writer.GiveBack(exception);
        timer.Set(wait);
    }
}
