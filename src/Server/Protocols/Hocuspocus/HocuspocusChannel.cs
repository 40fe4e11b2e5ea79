using System.Net;
using Relay.Access;
using Relay.Connections;
using Relay.Metadata;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Protocols.Hocuspocus;

/// <summary>
/// One document of a Hocuspocus socket: its address there, its place at the document's session, and the right to it.
/// Thread-safe.
/// </summary>
internal sealed partial class HocuspocusChannel : ISessionConnection
{
    private readonly HocuspocusSocket socket;
    private readonly HocuspocusFormat format;
    private readonly bool isStamped;
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private volatile bool hasEnded;

    /// <summary>Not with its turn: a socket that is not read would keep those of documents that are closed.</summary>
    private ReadOnlyMemory<byte>[]? batch;
    private Attachment? attachment;
    private long waiting;
    private long held;
    private readonly InboundAwareness awareness;
    private Grant grant;
    private Resumption? resumption;

    public HocuspocusChannel(
        HocuspocusSocket socket,
        string address,
        in HocuspocusAddress parsed,
        HocuspocusFormat format,
        Grant grant,
        UnsyncedCount unsynced,
        ConnectionLimits limits,
        AwarenessStamp? stamp,
        TimeProvider time)
    {
        Unsynced = unsynced;
        awareness = new InboundAwareness(
            limits,
            stamp,
            time,
            held => Receive([held], held.Bytes),
            (dropped, error) => socket.ReportUnreadablePresence(address, dropped, error));
        this.socket = socket;
        this.format = format;
        isStamped = stamp is not null;
        this.grant = grant;
        this.time = time;
        Address = address;
        HasSession = parsed.HasSession;
        Document = parsed.Document;
        Access = grant.To(parsed.Document);
    }

    /// <summary>How the client calls it.</summary>
    public string Address { get; }

    /// <summary>Whether the address names a session, and so is nobody else's.</summary>
    public bool HasSession { get; }

    public DocumentName Document { get; }

    /// <summary>Whose it is; the same for as long as it is open.</summary>
    public string? UserId => grant.UserId;

    public AccessLevel Access { get; private set; }

    /// <summary>What its provider waits for.</summary>
    public UnsyncedCount Unsynced { get; }

    /// <summary>Nothing goes through it any more.</summary>
    public bool HasEnded => hasEnded;

    FrameFormat ISessionConnection.Format => format;

    IPAddress? ISessionConnection.RemoteAddress => socket.RemoteAddress;

    bool ISessionConnection.IsStamped => isStamped;

    bool ISessionConnection.MayHaveMore => socket.MayHaveMore;

    /// <summary>Tells the client that the document is open, and joins it.</summary>
    /// <param name="sessions">Where the document is.</param>
    /// <param name="before">What the socket knows of the document from before; null if it never had it.</param>
    public void Open(SessionRegistry sessions, AbsentDocument? before)
    {
        socket.Say(format.Opened(Access >= AccessLevel.Write));
        attachment = sessions.Place(Document, this, Access, UserId, "hocuspocus");
        attachment.Join();

        // Not sooner: its time may come at once.
        var unsynced = Access >= AccessLevel.Write ? Unsynced.Value : 0;
        resumption = new Resumption(
            before is null, before?.Question ?? default, unsynced, time, asked => Receive([asked], asked.Bytes));
        if (hasEnded)
        {
            // By another thread, perhaps before there was anything to leave.
            attachment.Leave(clean: true);
            resumption.Dispose();
        }

        WatchToken();
    }

    /// <summary>Hands messages of the client in; presence that comes too often later.</summary>
    /// <param name="messages">In their order; the list is not used again by the caller.</param>
    public void Receive(List<DocumentMessage> messages)
    {
        foreach (var message in messages)
        {
            Unsynced.Count(message.Kind);
        }

        if (resumption?.Heard(messages) == true)
        {
            resumption = null;
        }

        awareness.Filter(messages);
        if (messages.Count > 0)
        {
            Receive(messages, messages.Sum(message => (long)message.Bytes));
        }
    }

    /// <summary>Frames of this document are about to be sent.</summary>
    public void CountReceipts(ReadOnlyMemory<byte>[] frames)
    {
        foreach (var frame in frames)
        {
            if (frame.Equals(format.Accepted))
            {
                Unsynced.Acknowledge();
            }
        }
    }

    /// <summary>Everything that the last <see cref="ISessionConnection.Send"/> was given is sent.</summary>
    public void Sent() => attachment!.Sent();

    /// <summary>Says why the document is left; the first one to say it is right.</summary>
    public void EndsFor(int? code, string reason) => RecordedConnection.Of(attachment)?.EndsFor(code, reason);

    /// <summary>Leaves the document. What was not settled never will be.</summary>
    /// <param name="clean">Whether client or node said so, or the connection broke.</param>
    public void End(bool clean)
    {
        long unsettled;
        bool hasTurn;
        lock (gate)
        {
            if (hasEnded)
            {
                return;
            }

            hasEnded = true;
            hasTurn = TakeBatch() is not null;
            socket.Credit.TakeUp(held);
            unsettled = waiting + held;
            (waiting, held) = (0, 0);
            tokenTimer?.Dispose();
        }

        awareness.Dispose();
        resumption?.Dispose();
        if (hasTurn)
        {
            socket.GiveUpTurn();
        }

        socket.Credit.Settle(unsettled);
        attachment?.Leave(clean);
    }

    /// <summary>
    /// What waits for the document's turn on the socket; null when the document was closed meanwhile.
    /// </summary>
    public ReadOnlyMemory<byte>[]? TakeBatch() => Interlocked.Exchange(ref batch, null);

    bool ISessionConnection.Send(ReadOnlyMemory<byte>[] frames)
    {
        lock (gate)
        {
            if (hasEnded)
            {
                return true;
            }

            batch = frames;
        }

        return socket.Send(this);
    }

    void ISessionConnection.Settled(long bytes)
    {
        lock (gate)
        {
            if (hasEnded)
            {
                return;
            }

            waiting -= bytes;
        }

        socket.Credit.Settle(bytes);
    }

    bool ISessionConnection.TryHold(long bytes)
    {
        lock (gate)
        {
            if (hasEnded)
            {
                return true;
            }

            if (!socket.Credit.TryHold(bytes))
            {
                return false;
            }

            waiting -= bytes;
            held += bytes;
            return true;
        }
    }

    void ISessionConnection.TakeUp()
    {
        lock (gate)
        {
            socket.Credit.TakeUp(held);
            waiting += held;
            held = 0;
        }
    }

    void ISessionConnection.Close(RefusalReason reason) => socket.OnDocumentClosed(this, CloseReason.Of(reason));

    private void Receive(IReadOnlyList<DocumentMessage> messages, long bytes)
    {
        lock (gate)
        {
            if (hasEnded)
            {
                return;
            }

            waiting += bytes;
        }

        socket.Credit.Add(bytes);
        attachment!.Receive(messages);
    }
}
