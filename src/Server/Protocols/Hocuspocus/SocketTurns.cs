using Relay.Connections;
using Relay.Sockets.Backpressure;
using Relay.Sockets.WebSockets;

namespace Relay.Protocols.Hocuspocus;

/// <summary>
/// The way out of a Hocuspocus socket. Each document has at most one batch waiting, and they take turns in the order of
/// their coming, so one that has much to say holds no other up for longer than that batch. What the socket itself says
/// takes its turn with them, and counts against what the client may have waiting: who does not read is not read from.
/// Thread-safe.
/// </summary>
internal sealed class SocketTurns : IDisposable
{
    /// <summary>What is charged for something to say beside its bytes.</summary>
    public const int TurnCost = 160;

    private readonly ClientSocket socket;
    private readonly SocketAdmission admission;
    private readonly InboundCredit credit;
    private readonly TurnQueue<SocketTurn> queue = new();

    /// <summary>What the socket says before it has shown a token, until the client has taken it.</summary>
    private readonly UnadmittedCharge unsent;
    private readonly Action whenSent;

    public SocketTurns(ClientSocket socket, SocketAdmission admission, UnadmittedBudget unadmitted)
    {
        this.socket = socket;
        this.admission = admission;
        credit = admission.Credit;
        unsent = new UnadmittedCharge(unadmitted);
        whenSent = OnSent;
    }

    /// <summary>
    /// Sends a batch of a document; true when it is sent, or else <see cref="HocuspocusChannel.Sent"/> is called once
    /// when it is.
    /// </summary>
    /// <param name="channel">The document; its turn takes the batch from it.</param>
    public bool Send(HocuspocusChannel channel)
    {
        var turn = new SocketTurn(channel, null);
        return queue.TryBegin(turn) && TryEnd(turn);
    }

    /// <summary>
    /// Says something of the socket's own; false if the node has no room for it, and then it is not said.
    /// </summary>
    public bool TrySay(ReadOnlyMemory<byte> frame)
    {
        var charged = admission.IsAdmitted ? 0 : frame.Length + TurnCost;
        if (!unsent.TryAdd(charged))
        {
            return false;
        }

        if (Reserve(frame, charged) is { } turn)
        {
            GoOn(turn);
        }

        return true;
    }

    /// <summary>
    /// Gives something that is said of an open document its place, under a lock under which no frame may be written.
    /// </summary>
    /// <returns>What the caller has to go on with when it has left the lock; null if that is another's task.</returns>
    public SocketTurn? Reserve(ReadOnlyMemory<byte> frame) => Reserve(frame, charged: 0);

    /// <summary>Writes what was given its place, and deals with its end if that is at once.</summary>
    public void GoOn(in SocketTurn turn)
    {
        if (TryEnd(turn))
        {
            Finish(turn);
        }
    }

    /// <summary>A document was closed before its turn came.</summary>
    public void GiveUpTurn() => queue.CountOver();

    /// <summary>The socket is over: what was not taken is not charged any more.</summary>
    public void Dispose() => unsent.Dispose();

    private SocketTurn? Reserve(ReadOnlyMemory<byte> frame, int charged)
    {
        credit.Add(frame.Length);
        var turn = new SocketTurn(null, [frame], charged);
        return queue.TryBegin(turn) ? turn : null;
    }

    /// <summary>Writes the first turn; true when it is sent.</summary>
    private bool TryEnd(in SocketTurn turn)
    {
        if (!Write(turn))
        {
            return false;
        }

        if (!queue.TryEnd())
        {
            // Others came meanwhile. Not on this thread: it is a session's, and their sessions would run inside its.
            ThreadPool.UnsafeQueueUserWorkItem(static self => self.OnSent(), this, preferLocal: false);
        }

        return true;
    }

    private bool Write(in SocketTurn turn)
    {
        var frames = turn.Channel is { } channel ? channel.TakeBatch() : turn.Frames;
        if (frames is null)
        {
            // The document was closed meanwhile.
            return true;
        }

        turn.Channel?.CountReceipts(frames);
        return socket.Send(frames, whenSent);
    }

    private void OnSent()
    {
        while (true)
        {
            var more = queue.TryNext(out var done, out var next);
            Finish(done);
            if (!more || !Write(next))
            {
                return;
            }
        }
    }

    private void Finish(in SocketTurn turn)
    {
        if (turn.Channel is { } channel)
        {
            channel.Sent();
        }
        else if (turn.Frames is { } own)
        {
            unsent.Return(turn.Charged);
            credit.Settle(own[0].Length);
        }
    }
}
