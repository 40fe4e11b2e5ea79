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
internal sealed class HocuspocusChannel : ISessionConnection
{
    /// <summary>What is said when a token ends.</summary>
    public const string TokenEnded = "The token has ended.";

    private readonly SocketDocuments documents;
    private readonly HocuspocusFormat format;
    private readonly bool isStamped;
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private volatile bool hasEnded;

    /// <summary>Not with its turn: a socket that is not read would keep those of documents that are closed.</summary>
    private ReadOnlyMemory<byte>[]? batch;
    private Attachment? attachment;

    // Not readonly: it is a mutable struct.
    private ChannelCredit credit;
    private readonly InboundAwareness awareness;
    private Grant grant;
    private Resumption? resumption;

    /// <summary>Null until the first token with an end.</summary>
    private TokenWatch? tokenWatch;

    public HocuspocusChannel(
        SocketDocuments documents,
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
            (dropped, error) => documents.ReportUnreadablePresence(address, dropped, error));
        this.documents = documents;
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

    /// <summary>Whether the address names a session, and so belongs to one provider only.</summary>
    public bool HasSession { get; }

    public DocumentName Document { get; }

    /// <summary>Whose it is; the same for as long as it is open.</summary>
    public string? UserId => grant.UserId;

    public AccessLevel Access { get; private set; }

    /// <summary>What its provider waits for.</summary>
    public UnsyncedCount Unsynced { get; }

    /// <summary>It is closed: it passes no more messages.</summary>
    public bool HasEnded => hasEnded;

    FrameFormat ISessionConnection.Format => format;

    IPAddress? ISessionConnection.RemoteAddress => documents.RemoteAddress;

    bool ISessionConnection.IsStamped => isStamped;

    bool ISessionConnection.MayHaveMore => documents.MayHaveMore;

    /// <summary>Tells the client that the document is open, and joins it.</summary>
    /// <param name="sessions">Where the document is.</param>
    /// <param name="before">What the socket knows of the document from before; null if it never had it.</param>
    public void Open(SessionRegistry sessions, AbsentDocument? before)
    {
        documents.Say(format.Opened(Access >= AccessLevel.Write));
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

    /// <summary>
    /// Takes a new token's grant: rights that are less hold at once, for what comes from now on. More than before takes
    /// a new start: the client was told what it may do when it opened the document.
    /// </summary>
    /// <param name="renewed">The same user's, and not without any right to the document.</param>
    public void Renew(Grant renewed)
    {
        var level = renewed.To(Document);
        lock (gate)
        {
            grant = renewed;
        }

        if (level < Access)
        {
            Access = level;
            attachment!.ChangeAccess(level);
            documents.Say(format.Opened(mayWrite: false));
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
        TokenWatch? watch;
        lock (gate)
        {
            if (hasEnded)
            {
                return;
            }

            hasEnded = true;
            hasTurn = TakeBatch() is not null;
            unsettled = credit.End(documents.Credit);
            watch = tokenWatch;
        }

        watch?.Dispose();
        awareness.Dispose();
        resumption?.Dispose();
        if (hasTurn)
        {
            documents.GiveUpTurn();
        }

        documents.Credit.Settle(unsettled);
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

        return documents.Send(this);
    }

    void ISessionConnection.Settled(long bytes)
    {
        lock (gate)
        {
            if (!credit.TrySettle(bytes))
            {
                return;
            }
        }

        documents.Credit.Settle(bytes);
    }

    bool ISessionConnection.TryHold(long bytes)
    {
        lock (gate)
        {
            return credit.TryHold(documents.Credit, bytes);
        }
    }

    void ISessionConnection.TakeUp()
    {
        lock (gate)
        {
            credit.TakeUp(documents.Credit);
        }
    }

    void ISessionConnection.Close(RefusalReason reason) => documents.OnDocumentClosed(this, CloseReason.Of(reason));

    private void WatchToken()
    {
        TokenWatch? watch;
        DateTimeOffset expires;
        lock (gate)
        {
            expires = grant.Expires;
            if (!hasEnded && expires != DateTimeOffset.MaxValue)
            {
                tokenWatch ??= new TokenWatch(
                    time, () => documents.Say(format.TokenRequest()), () => documents.Close(this, TokenEnded));
            }

            watch = tokenWatch;
        }

        watch?.Watch(expires);
    }

    private void Receive(IReadOnlyList<DocumentMessage> messages, long bytes)
    {
        lock (gate)
        {
            if (!credit.TryAdd(bytes))
            {
                return;
            }
        }

        documents.Credit.Add(bytes);
        attachment!.Receive(messages);
    }
}
