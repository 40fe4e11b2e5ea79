using Relay.Backplane;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// Hands what the channel brings to a session's mailbox, which handles it after the call has returned, and drops what
/// the session has already.
/// </summary>
/// <param name="session">The session.</param>
/// <param name="maxWaitingBytes">
/// How much may wait in the mailbox: a session that is slower than the channel drops what is beyond it, and reads the
/// log instead. One message of any size is taken.
/// </param>
internal sealed class ChannelListener(DocumentSession session, long maxWaitingBytes) : IChannelListener
{
    /// <summary>What a message takes that waits, besides its payload.</summary>
    private const int Overhead = 64;

    private static readonly Action<object, object?> EntryHandler = static (listener, entry) =>
        ((ChannelListener)listener).Handle((LoggedEntry)entry!);

    private static readonly Func<object, object?, bool> EntryIsLong = static (listener, entry) =>
        ((ChannelListener)listener).IsLong(((LoggedEntry)entry!).Payload.Length);

    private static readonly Action<object, object?> OwnEntryHandler = static (listener, head) =>
        ((ChannelListener)listener).HandleOwn((LoggedEntry)head!);

    private static readonly Func<object, object?, bool> OwnEntryIsLong = static (listener, _) =>
        ((ChannelListener)listener).IsLong(entryBytes: 0);

    private long waitingBytes;
    private int isBehind;

    /// <summary>
    /// Drops an entry that the session has, and tells the session where the one is that it is appending: of neither is
    /// the payload needed.
    /// </summary>
    public bool TryTakeOwn(in LoggedEntry head)
    {
        var state = session.OwnEntries.StateOf(head.Position);
        if (state == OwnEntryState.InFlight)
        {
            session.Mailbox.PostElsewhere(OwnEntryHandler, this, head with { Payload = default }, OwnEntryIsLong);
        }

        return state != OwnEntryState.NotOwn;
    }

    public void OnEntry(in LoggedEntry entry)
    {
        if (TryAdd(entry.Payload.Length))
        {
            session.Mailbox.PostElsewhere(EntryHandler, this, entry, EntryIsLong);
        }
    }

    public void OnAwareness(ulong node, AwarenessKind kind, ReadOnlyMemory<byte> content)
    {
        if (TryAdd(content.Length))
        {
            session.Mailbox.PostElsewhere(() =>
            {
                Remove(content.Length);
                session.OnChannelAwareness(node, kind, content);
            });
        }
    }

    public void OnStateless(ulong sender, ReadOnlyMemory<byte> message)
    {
        if (TryAdd(message.Length))
        {
            session.Mailbox.PostElsewhere(() =>
            {
                Remove(message.Length);
                session.OnChannelStateless(sender, message);
            });
        }
    }

    public void OnSaved(Position position) => session.Mailbox.PostElsewhere(() => session.OnChannelSaved(position));

    public void OnInterrupted() => session.Mailbox.PostElsewhere(session.OnChannelInterrupted);

    private void Handle(in LoggedEntry entry)
    {
        Remove(entry.Payload.Length);
        session.OnChannelEntry(entry);
    }

    private void HandleOwn(in LoggedEntry head) => session.OnChannelOwnEntry(head);

    private bool IsLong(int entryBytes) => session.IsApplyLong(entryBytes);

    /// <summary>
    /// Calls of the channel come one at a time, and so do those of a link; where both come in the same moment, the sum
    /// may exceed the bound by one message.
    /// </summary>
    private bool TryAdd(int bytes)
    {
        var waiting = Interlocked.Read(ref waitingBytes);
        if (waiting > 0 && waiting + bytes + Overhead > maxWaitingBytes)
        {
            if (Interlocked.Exchange(ref isBehind, 1) == 0)
            {
                // Behind all that waits, so the log is read for what was dropped and not for what is still to come.
                session.Mailbox.PostElsewhere(() =>
                {
                    Volatile.Write(ref isBehind, 0);
                    session.OnChannelInterrupted();
                });
            }

            return false;
        }

        Interlocked.Add(ref waitingBytes, bytes + Overhead);
        return true;
    }

    private void Remove(int bytes) => Interlocked.Add(ref waitingBytes, -bytes - Overhead);
}
