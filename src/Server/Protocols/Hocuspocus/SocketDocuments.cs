using System.Net;
using Relay.Access;
using Relay.Connections;
using Relay.Sockets.WebSockets;
using Relay.Yjs;

namespace Relay.Protocols.Hocuspocus;

/// <summary>
/// The documents that are open on one Hocuspocus socket, and how they and the socket are closed. A document that is
/// closed is remembered among the absent ones at once. Thread-safe.
/// </summary>
internal sealed partial class SocketDocuments : IAsyncDisposable
{
    /// <summary>How long a socket may be without an open document that had one.</summary>
    public static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(60);

    /// <summary>How long a socket may take to open its first document.</summary>
    public static readonly TimeSpan UnadmittedTime = TimeSpan.FromSeconds(10);

    private readonly HocuspocusServices services;
    private readonly ClientSocket socket;
    private readonly SocketTurns turns;
    private readonly AbsentDocuments absent;
    private readonly Lock gate = new();
    private readonly Dictionary<string, HocuspocusChannel> channels = [];
    private readonly ITimer idleTimer;
    private volatile bool isClosed;

    public SocketDocuments(
        HocuspocusServices services,
        ClientSocket socket,
        SocketTurns turns,
        AbsentDocuments absent,
        InboundCredit credit)
    {
        this.services = services;
        this.socket = socket;
        this.turns = turns;
        this.absent = absent;
        Credit = credit;
        idleTimer = services.Time.CreateTimer(
            static self => ((SocketDocuments)self!).OnIdle(), this, UnadmittedTime, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What the socket has read and is not settled yet.</summary>
    public InboundCredit Credit { get; }

    /// <summary>Where the client is; null where that is not known.</summary>
    public IPAddress? RemoteAddress => socket.RemoteAddress;

    /// <summary>Whether the client may have sent more than was handed in.</summary>
    public bool MayHaveMore => socket.MayHaveMore;

    /// <summary>Whether the socket is closed, and opens no document any more.</summary>
    public bool IsClosed => isClosed;

    /// <summary>How many documents are open.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return channels.Count;
            }
        }
    }

    public HocuspocusChannel? Find(string address)
    {
        lock (gate)
        {
            return channels.GetValueOrDefault(address);
        }
    }

    /// <summary>
    /// Makes a document one of those that are open. The user's place is given back when it is closed.
    /// </summary>
    /// <param name="address">How the client calls it.</param>
    /// <param name="parsed">What that means.</param>
    /// <param name="grant">The right to it.</param>
    /// <param name="before">What was known of it until now; null if it was not known.</param>
    /// <returns>The document, which is not joined yet; null if the socket is closed.</returns>
    public HocuspocusChannel? TryAdd(
        string address, in HocuspocusAddress parsed, Grant grant, out AbsentDocument? before)
    {
        lock (gate)
        {
            if (isClosed)
            {
                before = null;
                services.Users.Return(grant.UserId);
                return null;
            }

            before = absent.Take(address);
            var format = parsed.HasSession
                ? new HocuspocusFormat(address, isShared: false)
                : services.Formats.Take(address);
            var channel = new HocuspocusChannel(
                this,
                address,
                parsed,
                format,
                grant,
                before?.Unsynced ?? new UnsyncedCount(),
                services.Limits,
                services.StampsAwareness ? new AwarenessStamp(grant) : null,
                services.Time);
            channels.Add(address, channel);
            idleTimer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return channel;
        }
    }

    /// <summary>Says something of the socket's own; where there is no room for that, the socket is closed.</summary>
    public void Say(ReadOnlyMemory<byte> frame)
    {
        if (!turns.TrySay(frame))
        {
            Close(CloseReason.NodeIsFull);
        }
    }

    /// <summary>Sends a batch of a document (<see cref="SocketTurns.Send"/>).</summary>
    public bool Send(HocuspocusChannel channel) => turns.Send(channel);

    /// <summary>A document was closed before its turn came.</summary>
    public void GiveUpTurn() => turns.GiveUpTurn();

    /// <summary>Closes the socket, and with it all documents on it.</summary>
    public void Close(CloseReason reason)
    {
        End(clean: true, reason);
        socket.Close(reason);
    }

    /// <summary>
    /// Those who are to come back, and only they, lose the socket, because a provider does not open a closed document
    /// again by itself.
    /// </summary>
    public int Kick(KickOrder order)
    {
        HocuspocusChannel[] covered;
        lock (gate)
        {
            covered = [.. channels.Values.Where(channel => order.Covers(channel.UserId, channel.Document))];
        }

        foreach (var channel in covered)
        {
            OnDocumentClosed(channel, order.Reason);
        }

        return covered.Length;
    }

    /// <summary>Closes one document and says why. Any thread may.</summary>
    public void Close(HocuspocusChannel channel, string reason)
    {
        SocketTurn? said;
        lock (gate)
        {
            if (!TryRemove(channel))
            {
                return;
            }

            // The reader may open the document again as soon as it is not open: what is remembered of it must not
            // come later than that, and what the client is told not behind what it is told then.
            absent.Refused(channel.Address, AddressState.Closed, reason, channel.Unsynced);
            said = turns.Reserve(new HocuspocusFormat(channel.Address, isShared: false).Closed(reason));
        }

        channel.EndsFor(null, reason);
        channel.End(clean: true);
        if (said is { } turn)
        {
            turns.GoOn(turn);
        }
    }

    /// <summary>The client has closed a document.</summary>
    public void Leave(HocuspocusChannel channel)
    {
        if (TryRemove(channel))
        {
            channel.End(clean: true);
            absent.Left(channel.Address, channel.Unsynced);
        }
    }

    /// <summary>
    /// A session has given a connection up. Providers come back by themselves only when the socket is closed, and never
    /// for one document.
    /// </summary>
    public void OnDocumentClosed(HocuspocusChannel channel, CloseReason reason)
    {
        if (reason.ComesBack && (Count <= 1 || reason != CloseReason.DocumentIsFull))
        {
            Close(reason);
        }
        else
        {
            channel.EndsFor(reason.Code, reason.Text);
            Close(channel, reason.Text);
        }
    }

    /// <summary>Presence to a document did not read and was dropped.</summary>
    public void ReportUnreadablePresence(string address, long dropped, YjsError error) =>
        LogUnreadablePresence(services.Logger, dropped, address, error);

    /// <summary>Ends all documents; no further one is opened.</summary>
    public void End(bool clean, SocketClose? reason)
    {
        HocuspocusChannel[] all;
        lock (gate)
        {
            isClosed = true;
            all = [.. channels.Values];
        }

        foreach (var channel in all)
        {
            if (TryRemove(channel))
            {
                if (reason is not null)
                {
                    channel.EndsFor(reason.Code, reason.Text);
                }

                channel.End(clean);
            }
        }
    }

    public ValueTask DisposeAsync() => idleTimer.DisposeAsync();

    private bool TryRemove(HocuspocusChannel channel)
    {
        lock (gate)
        {
            if (!channels.TryGetValue(channel.Address, out var present) || present != channel)
            {
                return false;
            }

            channels.Remove(channel.Address);
            if (channels.Count == 0 && !isClosed)
            {
                idleTimer.Change(IdleTime, Timeout.InfiniteTimeSpan);
            }
        }

        services.Users.Return(channel.UserId);
        if (!channel.HasSession)
        {
            services.Formats.Return(channel.Address);
        }

        return true;
    }

    private void OnIdle()
    {
        lock (gate)
        {
            if (channels.Count > 0 || isClosed)
            {
                return;
            }
        }

        Close(CloseReason.NoDocument);
    }
}
