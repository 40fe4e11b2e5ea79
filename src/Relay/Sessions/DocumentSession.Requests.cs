using Relay.Connections;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>Requests that are no connections: for the document as it is by now, and for a snapshot of that.</summary>
internal sealed partial class DocumentSession
{
    private readonly PendingReads pendingReads = new();
    private readonly PendingSaves pendingSaves = new();

    /// <summary>Whether requests wait for an answer of this session, which stays as long as they do.</summary>
    private bool HasRequests => !pendingReads.IsEmpty || !pendingSaves.IsEmpty;

    /// <summary>
    /// Opens the document because no node seems to save it. The snapshot may be there already, and only its checkpoint be
    /// lost: so the save is gone through again even where nothing is to be written.
    /// </summary>
    public void Visit(Action<byte[]?, CloseReason> reader)
    {
        saver.Demand();
        if (lifecycle.IsOpen && !follower.Position.IsNone)
        {
            saver.MarkDemanded();
        }

        registry.Joined(this);
        switch (lifecycle.Stage)
        {
            case SessionStage.Closed:
                reader(null, lifecycle.ClosedFor);
                break;
            case SessionStage.Loading:
                pendingReads.AddToLook(Answering(reader));
                break;
            default:
                reader(content.Encode(), CloseReason.Normal);
                OnRequestsAnswered();
                break;
        }
    }

    /// <summary>
    /// Asks for the whole document with everything that the log holds by now, without being a connection: a session
    /// that only such readers wanted leaves at once. The session may lag behind the log, because the node was paused or
    /// the channel lost a message; so the log is looked at first, also while the session drains.
    /// </summary>
    public void Read(Action<byte[]?, CloseReason> reader)
    {
        registry.Joined(this);
        if (lifecycle.IsClosed)
        {
            reader(null, lifecycle.ClosedFor);
            return;
        }

        pendingReads.Add(Answering(reader));
        LookForRequests();
    }

    private Action<CloseReason> Answering(Action<byte[]?, CloseReason> reader) =>
        reason => reader(reason == CloseReason.Normal ? content.Encode() : null, reason);

    /// <summary>Requests were answered: the session may have waited for that.</summary>
    private void OnRequestsAnswered() => lifecycle.Advance();

    /// <summary>Looks at the log for requests that came since the last look began.</summary>
    private void LookForRequests()
    {
        if (pendingReads.NeedLook)
        {
            follower.LookForRequests();
        }
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
    public void SaveNow(bool again, Action<Position, CloseReason> request)
    {
        registry.Joined(this);
        if (lifecycle.IsClosed)
        {
            request(Position.None, lifecycle.ClosedFor);
            return;
        }

        if (again)
        {
            saver.Demand();
        }

        pendingReads.Add(reason =>
        {
            if (reason != CloseReason.Normal || follower.Position.IsNone)
            {
                request(follower.Position, reason);
                return;
            }

            if (again)
            {
                saver.MarkForSaveNow();
            }

            pendingSaves.Add(again || outbox.IsRecovering ? Position.None : follower.Position, outcome => request(follower.Position, outcome));
            SaveForRequests();
        });
        LookForRequests();
    }

    /// <summary>
    /// Goes on with what requests for a save wait for. Called after what kept the save from beginning; the caller goes
    /// on with <see cref="OnRequestsAnswered"/>.
    /// </summary>
    private void SaveForRequests()
    {
        if (pendingSaves.IsEmpty || saver.IsSaving || follower.IsReconciling || outbox.IsRecovering || !lifecycle.IsOpen)
        {
            return;
        }

        if (saver.HasChanges)
        {
            saver.SaveNow();
        }
        else
        {
            pendingSaves.End(CloseReason.Normal);
        }
    }
}
