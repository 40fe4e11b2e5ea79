using Relay.Persistence;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// Saves the document when its <see cref="SaveSchedule"/> says so, for requests, and before the session leaves. Belongs
/// to the session's mailbox, except for <see cref="IsUnsaved"/>.
/// </summary>
internal sealed partial class Saver
{
    private readonly SessionContext context;
    private readonly LoggedDocument content;
    private readonly SnapshotWriter writer;
    private readonly ISaverSession session;
    private readonly SaveSchedule schedule;
    private readonly LastSave last = new();
    private readonly KnownSnapshots known = new();

    public Saver(SessionContext context, LoggedDocument content, SnapshotWriter writer, RoomFigures figures,
        ISaverSession session)
    {
        this.context = context;
        this.content = content;
        this.writer = writer;
        this.session = session;
        var timer = context.Effects.Timer(this, static saver => saver.OnDue());
        schedule = new SaveSchedule(context, content, figures, timer);
    }

    /// <summary>The snapshots that the session knows of.</summary>
    public SavedPositions Known => known.Positions;

    /// <summary>Whether there are changes that no snapshot covers; on any thread, as of a moment ago.</summary>
    public bool IsUnsaved => schedule.IsUnsaved;

    public bool IsSaving => schedule.IsSaving;

    /// <summary>Whether a save would find changes to store.</summary>
    public bool HasChanges => schedule.HasChanges;

    /// <summary>Whether a save must be gone through even if a snapshot is there.</summary>
    public bool IsDemanded => last.IsDemanded;

    /// <summary>The stored snapshots all of which is in the document, by the ids in their positions.</summary>
    public IReadOnlyList<EntryId> Covers => known.Covers;

    /// <summary>The document was put together.</summary>
    public void OnLoaded(DurableState state)
    {
        known.Restart(state);
        if (session.Position != Known.Newest || (last.IsDemanded && !session.Position.IsNone))
        {
            // No node has saved these: their writer was killed, or is still about to.
            schedule.Restart(state.EntryBytes);
            Mark();
        }
    }

    /// <summary>The document goes on in the history that a reconcile has put together.</summary>
    public void OnRebased(DurableState state)
    {
        known.Restart(state);
        schedule.Restart(state.EntryBytes);
    }

    /// <summary>That history is the session's.</summary>
    public void OnReconciled()
    {
        last.Need(session.Position);
        if (session.Position != Known.Newest)
        {
            Mark();
        }
    }

    /// <summary>An entry was applied.</summary>
    public void OnApplied(int bytes)
    {
        known.OnApplied(session.Position);
        Mark(bytes);
    }

    /// <summary>An entry of this session is in the log, at the session's position.</summary>
    public void OnOwnLogged() => last.Need(session.Position);

    /// <summary>The session begins to drain.</summary>
    public void OnDraining()
    {
        last.Need(session.Position);
        schedule.OnDraining();
    }

    /// <summary>Saves what must be before the session leaves; returns true if all of it is stored.</summary>
    public bool TrySaveAll()
    {
        if (!schedule.HasChanges || !last.IsMissing(Known.Covered, session.Position))
        {
            return true;
        }

        if (schedule.MayBegin)
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
    public void MarkForSaveNow() => schedule.Mark();

    /// <summary>Begins a save for requests, if there are changes and the document can be saved now.</summary>
    public void SaveNow() => Save();

    /// <summary>A node has stored a snapshot, this one or another.</summary>
    public void OnSavedAnywhere(Position at)
    {
        switch (known.Hear(at, session.Position))
        {
            case HeardSnapshot.OfOtherHistory:
                session.OnHistoryLost();
                break;
            case HeardSnapshot.Newest:
                if (at == session.Position && !schedule.IsSaving)
                {
                    schedule.Clear();
                }

                session.OnStored(at);
                session.OnSaveEnded();
                break;
        }
    }

    private void Mark(int bytes = 0)
    {
        if (schedule.Mark(bytes))
        {
            Save();
        }

        schedule.Wait();
    }

    private void OnDue()
    {
        schedule.OnDue();
        Save();
        schedule.Postpone();
    }

    private void Save()
    {
        // While a recovery is under way the document is more than its position says, and a snapshot under that position
        // may exist with less.
        if (schedule.IsSaving || !schedule.HasChanges || !session.IsWhole)
        {
            return;
        }

        var snapshot = new Snapshot(
            context.Name, SnapshotKind.State, session.Position, context.Now, content.Encode())
        {
            Covers = Covers,
        };
        session.OnSaveBegun(snapshot.Position);
        var bytes = schedule.BeginSave();
        writer.Start(
            snapshot,
            Known,
            schedule.IgnoresClaims || session.IsSaveRequested,
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

        known.OnClaimed(claim.Saved);
        schedule.OnRefused(bytes, Known.Newest != snapshot.Position, session.IsBeingLeft);
        session.OnSaveEnded();
    }

    private void OnSaved(Snapshot snapshot, bool? stands, IReadOnlyList<SnapshotInfo> listing)
    {
        known.OnStored(snapshot.Position, stands is true);
        schedule.OnSaved();
        last.IsDemanded = false;
        LogSaved(context.Logger, context.Name, snapshot.Position, snapshot.Update.Length);
        if (schedule.HasChanges)
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

        if (known.LacksAnyOf(context.Name, listing))
        {
            // It is read, and what only it has is appended anew.
            session.OnSnapshotLacking();
        }

        session.OnSaveEnded();
    }

    private void OnSaveFailed(Snapshot snapshot, long bytes, Exception exception)
    {
        // The session stays in memory until it is stored, however long that takes; the log has everything meanwhile.
        if (schedule.OnFailed(bytes))
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
    }
}
