using Relay.Backplane;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>Hands what the channel brings to a session's mailbox, on a thread that is not the channel's.</summary>
internal sealed class ChannelListener(DocumentSession session) : IChannelListener
{
    private static readonly Action<object, object?> EntryHandler = static (session, entry) =>
        ((DocumentSession)session).OnChannelEntry((LoggedEntry)entry!);

    private static readonly Func<object, object?, bool> EntryIsLong = static (session, entry) =>
        ((DocumentSession)session).IsApplyLong(((LoggedEntry)entry!).Payload.Length);

    private static readonly Action<object, object?> OwnEntryHandler = static (session, head) =>
        ((DocumentSession)session).OnChannelOwnEntry((LoggedEntry)head!);

    private static readonly Func<object, object?, bool> OwnEntryIsLong = static (session, _) =>
        ((DocumentSession)session).IsApplyLong(0);

    /// <summary>
    /// Drops an entry that the session has, and tells the session where the one is that it is appending: of neither is
    /// the payload needed.
    /// </summary>
    public bool TryTakeOwn(in LoggedEntry head)
    {
        var state = session.OwnEntries.StateOf(head.Position);
        if (state == OwnEntryState.InFlight)
        {
            session.Mailbox.PostElsewhere(OwnEntryHandler, session, head with { Payload = default }, OwnEntryIsLong);
        }

        return state != OwnEntryState.NotOwn;
    }

    public void OnEntry(in LoggedEntry entry) =>
        session.Mailbox.PostElsewhere(EntryHandler, session, entry, EntryIsLong);

    public void OnAwareness(ulong node, AwarenessKind kind, ReadOnlyMemory<byte> content) =>
        session.Mailbox.PostElsewhere(() => session.OnChannelAwareness(node, kind, content));

    public void OnStateless(ulong sender, ReadOnlyMemory<byte> message) =>
        session.Mailbox.PostElsewhere(() => session.OnChannelStateless(sender, message));

    public void OnSaved(Position position) => session.Mailbox.PostElsewhere(() => session.OnChannelSaved(position));

    public void OnInterrupted() => session.Mailbox.PostElsewhere(session.OnChannelInterrupted);
}
