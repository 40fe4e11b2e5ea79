using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// What the parts that connections speak to ask the other parts of their session, and tell them. Belongs to the
/// session's mailbox.
/// </summary>
/// <param name="parts">The session's parts.</param>
internal sealed class ConnectionWiring(SessionParts parts)
    : IIntakeSession, IBroadcasterSession, IAwarenessSession, IStatelessSession
{
    bool IIntakeSession.HasEntries => !parts.Follower.Position.IsNone;

    bool IIntakeSession.IsApplyLong(int entryBytes) => parts.IsApplyLong(entryBytes);

    void IIntakeSession.OnOpened(Attachment attachment) => parts.Admission.OnOpened(attachment);

    void IIntakeSession.ReceiveAwareness(Attachment attachment, IReadOnlyList<AwarenessEntry> entries) =>
        parts.Awareness.Receive(attachment, entries);

    void IIntakeSession.ReceiveStateless(Attachment attachment, ReadOnlyMemory<byte> message) =>
        parts.Stateless.Receive(attachment, message);

    void IIntakeSession.Refuse(Attachment attachment, RefusalReason reason) =>
        parts.Admission.Refuse(attachment, reason);

    bool IBroadcasterSession.IsUnloggedShown => parts.Unlogged.IsShown;

    ReadOnlyMemory<byte> IBroadcasterSession.UnloggedFor(Attachment attachment) => parts.Unlogged.Merge(attachment);

    void IBroadcasterSession.ExpireAwareness() => parts.Awareness.Expire();

    void IBroadcasterSession.Refuse(Attachment attachment, RefusalReason reason) =>
        parts.Admission.Refuse(attachment, reason);

    void IAwarenessSession.Pump(Attachment attachment) => parts.Broadcaster.Pump(attachment);

    void IAwarenessSession.OnAwarenessPublished() => parts.Lifecycle.ContinueDraining();

    void IStatelessSession.Spread(ReadOnlyMemory<byte> message, Attachment? except) =>
        parts.Broadcaster.Spread(message, except);
}
