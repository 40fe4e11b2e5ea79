using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// Requests that are no connections: for the document as it is by now, and for a snapshot of that. The session stays as
/// long as one waits. Belongs to the session's mailbox.
/// </summary>
/// <param name="content">The logged document.</param>
/// <param name="lifecycle">The stage.</param>
/// <param name="follower">Looks at the log.</param>
/// <param name="outbox">What waits to be logged.</param>
/// <param name="saver">Stores snapshots.</param>
/// <param name="reads">Requests that wait for a look at the log.</param>
/// <param name="saves">Requests that wait for a snapshot.</param>
internal sealed class SessionRequests(
    LoggedDocument content,
    SessionLifecycle lifecycle,
    LogFollower follower,
    Outbox outbox,
    Saver saver,
    PendingReads reads,
    PendingSaves saves)
{
    /// <summary>
    /// Opens the document because no node seems to save it. The snapshot may be there already, and only its checkpoint
    /// be lost: so the save is gone through again even where there is no change to store.
    /// </summary>
    public void Visit(Action<byte[]?, RefusalReason> reader)
    {
        saver.Demand();
        if (lifecycle.IsOpen && !follower.Position.IsNone)
        {
            saver.MarkDemanded();
        }

        if (lifecycle.IsClosed)
        {
            reader(null, lifecycle.ClosedFor);
        }
        else if (lifecycle.IsOpen)
        {
            reader(content.Encode(), RefusalReason.None);
            lifecycle.Advance();
        }
        else
        {
            reads.AddToLook(Answering(reader));
        }
    }

    /// <summary>
    /// Asks for the whole document with everything that the log holds by now. The session may lag behind the log,
    /// because the node was paused or the channel lost a message; so the log is looked at first, also while the session
    /// drains.
    /// </summary>
    public void Read(Action<byte[]?, RefusalReason> reader)
    {
        if (lifecycle.IsClosed)
        {
            reader(null, lifecycle.ClosedFor);
            return;
        }

        reads.Add(Answering(reader));
        Look();
    }

    /// <summary>
    /// Has a snapshot stored that holds everything that the log holds by now, also if another node has claimed the
    /// document's saves.
    /// </summary>
    /// <param name="again">Go through a save also where a snapshot is there: its checkpoint may be lost.</param>
    /// <param name="request">
    /// Called once, with the position that is stored (<see cref="Position.None"/> for a document that was never written
    /// to), or with the reason why it is not.
    /// </param>
    public void Save(bool again, Action<Position, RefusalReason> request)
    {
        if (lifecycle.IsClosed)
        {
            request(Position.None, lifecycle.ClosedFor);
            return;
        }

        if (again)
        {
            saver.Demand();
        }

        reads.Add(reason => SaveWhatWasRead(again, reason, request));
        Look();
    }

    /// <summary>A load has ended, which was a look at the log.</summary>
    public void OnLoaded(long look)
    {
        if (!follower.IsReconciling)
        {
            reads.LookEnded(look, RefusalReason.None);
        }

        Look();
    }

    /// <summary>A read or a reconcile has ended, which may have answered requests.</summary>
    public void OnLookEnded()
    {
        Look();
        OnSaveMayBegin();
    }

    /// <summary>
    /// What kept a save from beginning, or the session from leaving, may have ended: requests for a save go on, and
    /// then the session.
    /// </summary>
    public void OnSaveMayBegin()
    {
        BeginSave();
        lifecycle.Advance();
    }

    /// <summary>No snapshot can be stored for this reason now.</summary>
    public void OnSaveFailed(RefusalReason reason)
    {
        saves.End(reason);
        lifecycle.Advance();
    }

    /// <summary>The session is over.</summary>
    public void End(RefusalReason reason)
    {
        reads.End(reason);
        saves.End(reason);
    }

    private Action<RefusalReason> Answering(Action<byte[]?, RefusalReason> reader) =>
        reason => reader(reason == RefusalReason.None ? content.Encode() : null, reason);

    private void Look()
    {
        if (reads.NeedLook)
        {
            follower.LookForRequests();
        }
    }

    private void SaveWhatWasRead(bool again, RefusalReason reason, Action<Position, RefusalReason> request)
    {
        if (reason != RefusalReason.None || follower.Position.IsNone)
        {
            request(follower.Position, reason);
            return;
        }

        if (again)
        {
            saver.MarkForSaveNow();
        }

        var needed = again || outbox.IsRecovering ? Position.None : follower.Position;
        saves.Add(needed, outcome => request(follower.Position, outcome));
        BeginSave();
    }

    private void BeginSave()
    {
        var mayBegin = lifecycle.IsOpen && !saver.IsSaving && !follower.IsReconciling && !outbox.IsRecovering;
        if (saves.IsEmpty || !mayBegin)
        {
            return;
        }

        if (saver.HasChanges)
        {
            saver.SaveNow();
        }
        else
        {
            saves.End(RefusalReason.None);
        }
    }
}
