namespace Relay.Sockets.WebSockets;

/// <summary>
/// The end of one socket: who began it, why, and how long the client has taken for its part (RFC 6455, 7). It writes no
/// frame: the caller is told when to. Thread-safe.
/// </summary>
internal sealed class ClosingHandshake(TimeProvider time)
{
    // Locked as well: a lock of its own would cost each connection 40 bytes.
    private readonly CancellationTokenSource closed = new();
    private volatile ClosingStage stage;
    private long since;

    public ClosingStage Stage => stage;

    /// <summary>Whether neither side has closed, and the connection has not ended.</summary>
    public bool IsOpen => stage == ClosingStage.Open;

    /// <summary>Says that the connection is closed and that nothing is worth waiting for any more.</summary>
    public CancellationToken Closed => closed.Token;

    /// <summary>Why it ended, when it was this side that ended it.</summary>
    public SocketClose? Reason { get; private set; }

    /// <summary>Whether client or node said goodbye; not when the connection broke.</summary>
    public bool IsClean { get; private set; }

    /// <summary>
    /// How long this side has waited for the client since it closed; zero if it has not. It goes on after
    /// <see cref="ClosingStage.Ended"/>, for as long as the reading goes on.
    /// </summary>
    public TimeSpan WaitTime =>
        Volatile.Read(ref since) is var at && at != 0 ? time.GetElapsedTime(at) : TimeSpan.Zero;

    /// <summary>This side closes.</summary>
    /// <returns>Whether the caller has to write the close frame, and then to call <see cref="Cancel"/>.</returns>
    public bool TryClose(SocketClose reason)
    {
        lock (closed)
        {
            if (!TryMove(ClosingEvent.NodeCloses))
            {
                return false;
            }

            Reason = reason;
            IsClean = true;
            return true;
        }
    }

    /// <summary>The client closes, or answers this side's close.</summary>
    /// <returns>Whether the caller has to answer, and then to call <see cref="Cancel"/>.</returns>
    public bool TryAnswer()
    {
        lock (closed)
        {
            IsClean = true;
            return TryMove(ClosingEvent.ClientCloses);
        }
    }

    /// <summary>The client is not there, or might as well not be. A reason that was there before stays.</summary>
    public void GiveUp(SocketClose reason)
    {
        lock (closed)
        {
            Reason ??= reason;
        }

        End();
    }

    /// <summary>The connection has ended.</summary>
    public void End()
    {
        lock (closed)
        {
            TryMove(ClosingEvent.Ends);
        }

        Cancel();
    }

    /// <summary>
    /// Ends the waits of those that take messages. Not part of <see cref="TryClose"/>: what they do then must not come
    /// before the close frame.
    /// </summary>
    public void Cancel() => closed.Cancel();

    /// <summary>Whether the stage is another one now.</summary>
    private bool TryMove(ClosingEvent happened)
    {
        var before = stage;
        stage = ClosingTransitions.Next(before, happened);
        if (stage == ClosingStage.Closing && before == ClosingStage.Open)
        {
            Volatile.Write(ref since, Math.Max(1, time.GetTimestamp()));
        }

        return stage != before;
    }
}
