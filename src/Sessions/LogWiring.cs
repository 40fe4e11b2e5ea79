using Relay.Backplane;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// What the log follower, the outbox and the saver ask the other parts of their session, and tell them: the way of an
/// update through the log. Belongs to the session's mailbox.
/// </summary>
/// <param name="parts">The session's parts.</param>
internal sealed class LogWiring(SessionParts parts) : ILogFollowerSession, IOutboxSession, ISaverSession
{
    bool ILogFollowerSession.IsOpen => parts.Lifecycle.IsOpen;

    InFlightAppend? ILogFollowerSession.InFlight => parts.Outbox.InFlight;

    Position ILogFollowerSession.Covered => parts.Saver.Known.Covered;

    void ILogFollowerSession.Settle(ReadOnlyMemory<byte> diff) => parts.Outbox.Settle(diff);

    void ILogFollowerSession.OnChanged() => parts.Broadcaster.OnChanged();

    void ILogFollowerSession.Deliver(ReadOnlyMemory<byte> diff) => parts.Broadcaster.Deliver(diff);

    void ILogFollowerSession.OnApplied(int bytes) => parts.Saver.OnApplied(bytes);

    void ILogFollowerSession.OnRebased(DurableState state, ReadOnlyMemory<byte> diff, ReadOnlyMemory<byte> lacking)
    {
        parts.Saver.OnRebased(state);
        parts.Outbox.Rebase(state, diff, lacking);
        parts.Unlogged.AppendPeers();
        parts.PendingSaves.StartAnew();
        parts.Saver.OnReconciled();
    }

    void ILogFollowerSession.OnReconciled()
    {
        parts.Outbox.Append();
        parts.Outbox.Send();
    }

    void ILogFollowerSession.OnLookEnded() => parts.Requests.OnLookEnded();

    void ILogFollowerSession.OnReconcileFailed(RefusalReason reason) => parts.Requests.OnSaveFailed(reason);

    void ILogFollowerSession.Fail(RefusalReason reason) => parts.Lifecycle.Fail(reason);

    Position IOutboxSession.Position => parts.Follower.Position;

    bool IOutboxSession.MaySend => !parts.Follower.IsReconciling;

    bool IOutboxSession.IsOpen => parts.Lifecycle.IsOpen;

    void IOutboxSession.OnStored(in LoggedEntry entry) => parts.Follower.OnEntry(entry);

    void IOutboxSession.OnOtherLog() => parts.Follower.Reconcile();

    void IOutboxSession.OnLogged()
    {
        parts.Saver.OnOwnLogged();
        parts.Unlogged.OnLogged();
    }

    void IOutboxSession.Deliver(ReadOnlyMemory<byte> diff) => parts.Broadcaster.Deliver(diff);

    void IOutboxSession.ShowUnlogged(ReadOnlyMemory<byte> diff, Attachment? except) =>
        parts.Broadcaster.DeliverUnlogged(diff, except);

    void IOutboxSession.Pump(Attachment attachment) => parts.Broadcaster.Pump(attachment);

    void IOutboxSession.OnSettled() => parts.Requests.OnSaveMayBegin();

    bool IOutboxSession.IsApplyLong() => parts.IsApplyLong(0);

    Position ISaverSession.Position => parts.Follower.Position;

    bool ISaverSession.IsWhole =>
        parts.Lifecycle.IsOpen && !parts.Follower.IsReconciling && !parts.Outbox.IsRecovering
            && !parts.Follower.Position.IsNone;

    bool ISaverSession.IsBeingLeft => parts.Lifecycle.IsBeingLeft;

    bool ISaverSession.IsSaveRequested => !parts.PendingSaves.IsEmpty;

    void ISaverSession.OnSaveBegun(Position at) => parts.PendingSaves.SaveBegins(at);

    void ISaverSession.OnStored(Position at) => parts.PendingSaves.Stored(at);

    void ISaverSession.OnSaveFailed() => parts.Requests.OnSaveFailed(RefusalReason.StoreUnavailable);

    void ISaverSession.OnHistoryLost() => parts.Follower.OnHistoryLost();

    void ISaverSession.OnSnapshotLacking() => parts.Follower.Reconcile();

    void ISaverSession.OnPositionTaken() => parts.Outbox.MoveOn();

    void ISaverSession.OnSaveEnded() => parts.Requests.OnSaveMayBegin();
}
