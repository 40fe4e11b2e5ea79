using System.Net;
using System.Text;
using Relay.Access;
using Relay.Connections;
using Relay.Sessions;
using Relay.Sockets.Backpressure;
using Relay.Sockets.WebSockets;

namespace Relay.Protocols.Hocuspocus;

/// <summary>
/// One socket of a Hocuspocus provider, with any number of documents on it. What goes wrong with one of them closes
/// that one and no other; only what cannot be read at all, and what makes providers come back, closes the
/// socket. Messages are looked at one after the other: while a token is checked nothing more is read, so what a client
/// sends right behind it meets a document that is open, or is not.
/// </summary>
internal sealed partial class HocuspocusSocket : IOpenConnection
{
    /// <summary>
    /// Tokens are checked as many at once as a socket may have documents, but no fewer than this: a signature costs as
    /// much as hundreds of frames.
    /// </summary>
    private const int LeastTokensAtOnce = 100;

    /// <summary>The largest message until the first document is open: tokens and state vectors are smaller.</summary>
    public const int MaxUnadmittedBytes = 64 << 10;

    /// <summary>What may wait to be sent until then, before no more is read.</summary>
    private const int MaxUnsentUnadmittedBytes = 64 << 10;

    /// <summary>How long a socket may be without an open document that had one.</summary>
    public static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(60);

    /// <summary>How long a socket may take to open its first document.</summary>
    public static readonly TimeSpan UnadmittedTime = TimeSpan.FromSeconds(10);

    private readonly ClientSocket socket;
    private readonly SessionRegistry sessions;
    private readonly ClientTokens tokens;
    private readonly UserPlaces users;
    private readonly HocuspocusFormats formats;
    private readonly ConnectionLimits limits;
    private readonly MessageRate rate;
    private readonly MessageRate tokenRate;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly bool stampsAwareness;
    private readonly Lock gate = new();
    private readonly Dictionary<string, HocuspocusChannel> channels = [];
    private readonly AbsentDocuments absent;
    private readonly ReportRate statelessDrops;
    private readonly StatelessRate statelessRate;

    /// <summary>Of all documents on the socket; null for as long as there was none.</summary>
    private UnreadablePresence? unreadable;
    private readonly ITimer idleTimer;
    private volatile bool isClosed;
    private volatile bool isAdmitted;

    // What came together for one document is handed in together.
    private HocuspocusChannel? batchChannel;
    private List<DocumentMessage> batch = [];

    // The address of the last message: nearly always it is the next one's, too.
    private byte[] lastAddress = [];
    private string lastAddressText = "";

    public HocuspocusSocket(
        ClientSocket socket,
        SessionRegistry sessions,
        ClientTokens tokens,
        HocuspocusFormats formats,
        ConnectionLimits limits,
        TimeProvider time,
        UnadmittedBudget unadmitted,
        UserPlaces users,
        ILogger logger,
        bool stampsAwareness = false)
    {
        this.limits = limits;
        this.stampsAwareness = stampsAwareness;
        this.socket = socket;
        this.sessions = sessions;
        this.tokens = tokens;
        this.users = users;
        this.formats = formats;
        this.time = time;
        this.logger = logger;
        Credit = new InboundCredit(
            Math.Min(limits.MaxWaitingBytes, MaxUnsentUnadmittedBytes), limits.MaxMessageBytes, socket.Budget);
        unsent = new UnadmittedCharge(unadmitted);
        rate = new MessageRate(limits.MessagesPerSecond, time);
        tokenRate = new MessageRate(Math.Max(LeastTokensAtOnce, limits.MaxDocuments) / MessageRate.BurstSeconds, time);
        statelessDrops = new ReportRate(time);
        whenSent = OnSent;
        statelessRate = new StatelessRate(limits.MaxStatelessBytes, time);
        absent = new AbsentDocuments(limits.MaxDocuments, unadmitted, time, OnAbsentDue);
        socket.LimitMessages(MaxUnadmittedBytes, unadmitted);
        idleTimer = time.CreateTimer(_ => OnIdle(), null, UnadmittedTime, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Asked when the first document is about to open: whether the node has a place for the socket.</summary>
    public Func<bool> TryAdmit { get; init; } = static () => true;

    /// <summary>What the socket has read and nobody has settled, over all of its documents.</summary>
    public InboundCredit Credit { get; }

    /// <summary>Where the client is; null where that is not known.</summary>
    public IPAddress? RemoteAddress => socket.RemoteAddress;

    /// <summary>Whether the client may have sent more than was handed in.</summary>
    public bool MayHaveMore => socket.MayHaveMore;

    /// <summary>Serves the client until it is gone.</summary>
    public async Task RunAsync()
    {
        try
        {
            await socket.RunAsync(HandleAsync, SkipTooLarge);
        }
        finally
        {
            EndAll(socket.EndedCleanly, socket.ClosedFor);
            absent.Dispose();
            unsent.Dispose();
            Credit.End();
            await idleTimer.DisposeAsync();
        }
    }

    /// <summary>Closes the socket, and with it all documents on it.</summary>
    public void Close(CloseReason reason)
    {
        EndAll(clean: true, reason);
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
        Turn said;
        bool isFirst;
        lock (gate)
        {
            if (!Remove(channel))
            {
                return;
            }

            // The reader may open the document again as soon as it is not open: what is remembered of it must not
            // come later than that, and what the client is told not behind what it is told then.
            absent.Refused(channel.Address, AddressState.Closed, reason, channel.Unsynced);
            var frame = new HocuspocusFormat(channel.Address, isShared: false).Closed(reason);
            Credit.Add(frame.Length);
            said = new Turn(null, [frame]);
            isFirst = TryBegin(said);
        }

        channel.EndsFor(null, reason);
        channel.End(clean: true);
        if (isFirst && TryEnd(said))
        {
            Finish(said);
        }
    }

    /// <summary>
    /// A session has given a connection up. Providers come back by themselves only when the socket is closed, and never
    /// for one document.
    /// </summary>
    public void OnDocumentClosed(HocuspocusChannel channel, CloseReason reason)
    {
        bool isAlone;
        lock (gate)
        {
            isAlone = channels.Count <= 1;
        }

        if (reason.ComesBack && (isAlone || reason != CloseReason.DocumentIsFull))
        {
            Close(reason);
        }
        else
        {
            channel.EndsFor(reason.Code, reason.Text);
            Close(channel, reason.Text);
        }
    }

    private void EndAll(bool clean, SocketClose? reason)
    {
        HocuspocusChannel[] all;
        lock (gate)
        {
            isClosed = true;
            all = [.. channels.Values];
        }

        foreach (var channel in all)
        {
            if (Remove(channel))
            {
                if (reason is not null)
                {
                    channel.EndsFor(reason.Code, reason.Text);
                }

                channel.End(clean);
            }
        }
    }

    private bool Remove(HocuspocusChannel channel)
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

        users.Return(channel.UserId);
        if (!channel.HasSession)
        {
            formats.Return(channel.Address);
        }

        return true;
    }

    private HocuspocusChannel? Find(string address)
    {
        lock (gate)
        {
            return channels.GetValueOrDefault(address);
        }
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

    private string TextOf(ReadOnlySpan<byte> address)
    {
        if (!address.SequenceEqual(lastAddress))
        {
            lastAddress = address.ToArray();
            lastAddressText = Encoding.UTF8.GetString(address);
        }

        return lastAddressText;
    }
}
