using System.Net;
using Relay.Access;
using Relay.Connections;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Protocols.Hocuspocus;

/// <summary>One document of a Hocuspocus socket: its address there, its place at the document's session, and the right to it. Thread-safe.</summary>
internal sealed partial class HocuspocusChannel : ISessionConnection
{
    private readonly HocuspocusSocket socket;
    private readonly HocuspocusFormat format;
    private readonly bool isStamped;
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private volatile bool hasEnded;
    private Attachment? attachment;
    private long waiting;
    private readonly InboundAwareness awareness;
    private Grant grant;

    public HocuspocusChannel(HocuspocusSocket socket, string address, in HocuspocusAddress parsed, HocuspocusFormat format, Grant grant, ConnectionLimits limits, AwarenessStamp? stamp, TimeProvider time)
    {
        awareness = new InboundAwareness(limits, stamp, time, held => Receive([held], held.Bytes));
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

    /// <summary>Nothing goes through it any more.</summary>
    public bool HasEnded => hasEnded;

    FrameFormat ISessionConnection.Format => format;

    IPAddress? ISessionConnection.RemoteAddress => socket.RemoteAddress;

    bool ISessionConnection.IsStamped => isStamped;

    /// <summary>Tells the client that the document is open, and joins it.</summary>
    public void Open(SessionRegistry sessions)
    {
        socket.Say(format.Opened(Access >= AccessLevel.Write));
        attachment = sessions.Place(Document, this, Access, UserId, "hocuspocus");
        attachment.Join();
        if (hasEnded)
        {
            // By another thread, perhaps before there was anything to leave.
            attachment.Leave(clean: true);
        }

        WatchToken();
    }

    /// <summary>Hands messages of the client in; presence that comes too often later.</summary>
    /// <param name="messages">In their order; the list is not used again by the caller.</param>
    public void Receive(List<DocumentMessage> messages)
    {
        awareness.Filter(messages);
        if (messages.Count > 0)
        {
            Receive(messages, messages.Sum(message => (long)message.Bytes));
        }
    }

    /// <summary>Everything that the last <see cref="ISessionConnection.Send"/> was given is sent.</summary>
    public void Sent() => attachment!.Sent();

    /// <summary>Says why the document is left; the first one to say it is right.</summary>
    public void EndsFor(int? code, string reason) => attachment?.Activity?.EndsFor(code, reason);

    /// <summary>Leaves the document. What was not settled never will be.</summary>
    /// <param name="clean">Whether client or node said so, or the connection broke.</param>
    public void End(bool clean)
    {
        long unsettled;
        lock (gate)
        {
            if (hasEnded)
            {
                return;
            }

            hasEnded = true;
            unsettled = waiting;
            waiting = 0;
            tokenTimer?.Dispose();
        }

        awareness.Dispose();
        socket.Credit.Settle(unsettled);
        attachment?.Leave(clean);
    }

    bool ISessionConnection.Send(ReadOnlyMemory<byte>[] frames) => hasEnded || socket.Send(this, frames);

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

    void ISessionConnection.Close(CloseReason reason) => socket.OnDocumentClosed(this, reason);

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
