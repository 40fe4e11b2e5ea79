namespace Relay.Sockets.WebSockets;

internal sealed partial class ClientSocket
{
    private long lastSent;
    private long lastPing;
    private long lastPause;
    private long readAtPing;
    private long writeSince;
    private long closingSince;
    private bool readingPaused;
    private bool pingUnanswered;

    /// <summary>Sees what is due; called every few seconds.</summary>
    public void Tick()
    {
        if (IsOver(Volatile.Read(ref writeSince), ticks.Times.Write))
        {
            // Nothing more fits into the connection, so there is no telling the client either.
            GiveUp(closes.SlowReader);
        }
        else if (IsOver(Volatile.Read(ref closingSince), ticks.Times.Close))
        {
            abort();
        }
        else
        {
            if (Elapsed(Volatile.Read(ref lastSent)) >= ticks.Times.SignOfLife)
            {
                Nudge(() => lifeDue = true);
            }

            if (Elapsed(lastPing) >= ticks.Times.Ping)
            {
                Ping();
            }
        }
    }

    private void Ping()
    {
        var read = frames.BytesRead;
        if (read != readAtPing || Volatile.Read(ref lastPause) >= lastPing || Volatile.Read(ref readingPaused))
        {
            // Whatever came is as good as a pong, also a piece of a message: the pong waits behind the rest of it,
            // perhaps for minutes.
            pingUnanswered = false;
        }

        if (pingUnanswered)
        {
            GiveUp(closes.NoPong);
            return;
        }

        pingUnanswered = true;
        readAtPing = read;
        lastPing = ticks.Time.GetTimestamp();
        var frame = WebSocketFrame.Make(WebSocketOpcode.Ping, default);
        Nudge(() => ping = frame);
    }

    /// <summary>The client is not there, or might as well not be.</summary>
    private void GiveUp(SocketClose reason)
    {
        lock (gate)
        {
            ClosedFor ??= reason;
        }

        End();
        abort();
    }

    private bool IsOver(long since, TimeSpan limit) => since != 0 && Elapsed(since) >= limit;

    private TimeSpan Elapsed(long since) => ticks.Time.GetElapsedTime(since);
}
