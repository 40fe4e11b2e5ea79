using Relay.Access;
using Relay.Connections;

namespace Relay.Protocols.Hocuspocus;

/// <summary>How a document is opened on the socket, and how the socket gets its place with the first one.</summary>
internal sealed partial class HocuspocusSocket
{
    private void Open(string address, HocuspocusAddress parsed, Grant grant)
    {
        if (OpenDocuments >= limits.MaxDocuments)
        {
            Deny(address, TooManyDocuments);
            return;
        }

        if (!users.TryTake(grant.UserId))
        {
            RefuseForNow(address, CloseReason.UserIsFull);
            return;
        }

        HocuspocusChannel channel;
        AbsentDocument? before;
        if (!isAdmitted && !TryBeAdmitted())
        {
            users.Return(grant.UserId);
            Close(CloseReason.NodeIsFull);
            return;
        }

        lock (gate)
        {
            if (isClosed)
            {
                users.Return(grant.UserId);
                return;
            }

            before = absent.Take(address);
            var format = parsed.HasSession ? new HocuspocusFormat(address, isShared: false) : formats.Take(address);
            var stamp = stampsAwareness ? new AwarenessStamp(grant) : null;
            channel = new HocuspocusChannel(
                this, address, parsed, format, grant, before?.Unsynced ?? new UnsyncedCount(), limits, stamp, time);
            channels.Add(address, channel);
            idleTimer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        channel.Open(sessions, before);
        if (before is { Kept.Count: > 0 })
        {
            channel.Receive([.. before.Kept.Select(KeptMessage.Unpack)]);
        }
    }

    private int OpenDocuments
    {
        get
        {
            lock (gate)
            {
                return channels.Count;
            }
        }
    }

    private bool TryBeAdmitted()
    {
        if (!TryAdmit())
        {
            return false;
        }

        isAdmitted = true;
        absent.Admit();
        Credit.LimitTo(limits.MaxWaitingBytes);
        socket.LimitMessages(limits.MaxMessageBytes);
        return true;
    }

    /// <summary>
    /// The same token may be taken later. Providers come back by themselves only when the socket is closed, which
    /// would harm its other documents where there are some.
    /// </summary>
    private void RefuseForNow(string address, CloseReason reason)
    {
        if (reason != CloseReason.StoreUnavailable && OpenDocuments > 0)
        {
            Deny(address, reason.Text);
        }
        else
        {
            Close(reason);
        }
    }
}
