using Relay.Connections;
using Relay.Sockets.Backpressure;

namespace Relay.Protocols.Hocuspocus;

/// <summary>
/// The way out. Each document has at most one batch waiting, and they take turns in the order of their coming, so one
/// that has much to say holds no other up for longer than that batch. What the socket itself says takes its
/// turn with them, and counts against what the client may have waiting: who does not read is not read from.
/// </summary>
internal sealed partial class HocuspocusSocket
{
    /// <summary>What is charged for something to say beside its bytes.</summary>
    private const int TurnCost = 160;

    private readonly Lock sendGate = new();
    private readonly Queue<Turn> turns = new();

    /// <summary>What the socket says before it has shown a token, until the client has taken it.</summary>
    private readonly UnadmittedCharge unsent;
    private readonly Action whenSent;
    private Turn current;

    /// <summary>About how many turns are of documents that were closed meanwhile.</summary>
    private int endedTurns;
    private bool sending;

    /// <summary>
    /// Sends a batch of a document; true when it is sent, or else <see cref="HocuspocusChannel.Sent"/> is called once
    /// when it is.
    /// </summary>
    /// <param name="channel">The document; its turn takes the batch from it.</param>
    public bool Send(HocuspocusChannel channel) => Send(new Turn(channel, null));

    /// <summary>Says something of the socket's own.</summary>
    public void Say(ReadOnlyMemory<byte> frame)
    {
        var charged = isAdmitted ? 0 : frame.Length + TurnCost;
        if (!unsent.TryAdd(charged))
        {
            Close(CloseReason.NodeIsFull);
            return;
        }

        Credit.Add(frame.Length);
        var turn = new Turn(null, [frame], charged);
        if (Send(turn))
        {
            Finish(turn);
        }
    }

    /// <summary>A document was closed before its turn came. When most turns are of such ones, they go.</summary>
    public void GiveUpTurn()
    {
        lock (sendGate)
        {
            if (++endedTurns <= turns.Count / 2)
            {
                return;
            }

            endedTurns = 0;
            for (var left = turns.Count; left > 0; left--)
            {
                var turn = turns.Dequeue();
                if (turn.Channel is not { HasEnded: true })
                {
                    turns.Enqueue(turn);
                }
            }
        }
    }

    private bool Send(in Turn turn) => TryBegin(turn) && TryEnd(turn);

    /// <summary>Gives a turn its place; true when that is the first one, and the caller has to go on with it.</summary>
    private bool TryBegin(in Turn turn)
    {
        lock (sendGate)
        {
            if (sending)
            {
                turns.Enqueue(turn);
                return false;
            }

            sending = true;
            current = turn;
            return true;
        }
    }

    /// <summary>Writes the first turn; true when it is sent.</summary>
    private bool TryEnd(in Turn turn)
    {
        if (!Write(turn))
        {
            return false;
        }

        lock (sendGate)
        {
            if (turns.Count == 0)
            {
                sending = false;
                current = default;
                return true;
            }

            current = default;
        }

        // Others came meanwhile. Not on this thread: it is a session's, and their sessions would run inside its.
        ThreadPool.UnsafeQueueUserWorkItem(static self => self.OnSent(), this, preferLocal: false);
        return true;
    }

    private bool Write(in Turn turn)
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
            Turn done;
            Turn next;
            bool more;
            lock (sendGate)
            {
                done = current;
                more = TryTake(out next);
                current = next;
                sending = more;
            }

            Finish(done);
            if (!more || !Write(next))
            {
                return;
            }
        }
    }

    /// <summary>The next turn; those of documents that are closed by now are left out.</summary>
    private bool TryTake(out Turn next)
    {
        while (turns.TryDequeue(out next))
        {
            if (next.Channel is not { HasEnded: true })
            {
                return true;
            }
        }

        return false;
    }

    private void Finish(in Turn turn)
    {
        if (turn.Channel is { } channel)
        {
            channel.Sent();
        }
        else if (turn.Frames is { } own)
        {
            unsent.Return(turn.Charged);
            Credit.Settle(own[0].Length);
        }
    }

    /// <param name="Channel">Whose batch it is; nothing for what the socket itself says.</param>
    /// <param name="Frames">Whole frames of the socket's own; null for a document's turn.</param>
    /// <param name="Charged">What is charged for it.</param>
    private readonly record struct Turn(HocuspocusChannel? Channel, ReadOnlyMemory<byte>[]? Frames, int Charged = 0);
}
