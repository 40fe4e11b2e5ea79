using System.Net;
using Relay.Sockets.Backpressure;

namespace Relay.Sockets.WebSockets;

/// <summary>
/// The server's end of one WebSocket over an upgraded stream. Its parts: <see cref="SocketReader"/>,
/// <see cref="SocketWriter"/>, <see cref="ClosingHandshake"/> and <see cref="KeepAlive"/>. It ends a connection that
/// does not read or does not answer. Own framing, because <see cref="System.Net.WebSockets"/> makes a system call per
/// frame, and that is what a relay's time goes into.
/// </summary>
internal sealed class ClientSocket
{
    private readonly Action abort;
    private readonly SocketTicks ticks;
    private readonly SocketMetrics metrics;
    private readonly SocketCloses closes;
    private readonly ClosingHandshake closing;
    private readonly ClientFrameReader frames;
    private readonly SocketWriter writer;
    private readonly SocketReader reader;

    // Not readonly: it is a mutable struct.
    private KeepAlive keepAlive;

    /// <param name="stream">The upgraded connection.</param>
    /// <param name="maxMessageBytes">The largest message that is read.</param>
    /// <param name="budget">What messages that are not whole yet are charged to.</param>
    /// <param name="signOfLife">A whole data frame that clients take and ignore; it goes with each ping.</param>
    /// <param name="ticks">When pings and the like are due.</param>
    /// <param name="metrics">Where its bytes and its end are counted.</param>
    /// <param name="closes">What the client is told when the socket ends the connection by itself.</param>
    /// <param name="abort">Cuts the connection without further ado.</param>
    public ClientSocket(
        Stream stream,
        int maxMessageBytes,
        BufferBudget budget,
        ReadOnlyMemory<byte> signOfLife,
        SocketTicks ticks,
        SocketMetrics metrics,
        SocketCloses closes,
        Action abort)
    {
        this.abort = abort;
        this.ticks = ticks;
        this.metrics = metrics;
        this.closes = closes;
        Budget = budget;
        closing = new ClosingHandshake(ticks.Time);
        frames = new ClientFrameReader(stream, maxMessageBytes, budget);
        writer = new SocketWriter(stream, signOfLife, metrics, ticks.Time, closing, abort);
        reader = new SocketReader(frames, stream, writer, closing, metrics, ticks.Time);
        keepAlive = new KeepAlive(ticks.HalfATickAgo);
    }

    /// <summary>What large messages are charged to, until they are dealt with.</summary>
    public BufferBudget Budget { get; }

    /// <summary>Where the client is; null where that is not known.</summary>
    public IPAddress? RemoteAddress { get; init; }

    /// <summary>Why it ended, when it was this side that ended it.</summary>
    public SocketClose? ClosedFor => closing.Reason;

    /// <summary>Whether client or node said goodbye; not when the connection broke.</summary>
    public bool EndedCleanly => closing.IsClean;

    /// <summary>
    /// Whether the client may have sent more than was handed over: a message has come in part, or reading waits. Any
    /// thread may ask.
    /// </summary>
    public bool MayHaveMore => reader.IsPaused || frames.IsInMiddle;

    /// <summary>
    /// Reads until the connection ends. Messages are handed over as they came from the network together, in a list that
    /// is used again; more are read when the last ones' task has completed. The token says that the connection is
    /// closed, by whichever side, and that nothing is worth waiting for any more.
    /// </summary>
    /// <param name="handle">Takes messages.</param>
    /// <param name="tooLarge">
    /// Takes the beginning of a message that is too large, after those before it; reading goes on behind it. Without
    /// this, such a message ends the connection.
    /// </param>
    public async Task RunAsync(
        Func<List<ReadOnlyMemory<byte>>, CancellationToken, ValueTask> handle,
        Action<ReadOnlyMemory<byte>>? tooLarge = null)
    {
        ticks.Add(this);
        try
        {
            var last = await reader.ReadAsync(handle, tooLarge);
            if (last.Kind == ClientFrameKind.Close)
            {
                Answer(last.Payload);
            }
            else if (closes.For(last.Kind) is { } reason)
            {
                // It holds no buffer while it waits for the client's end of the connection.
                frames.Dispose();
                Close(reason);
                await reader.SkipRestAsync();
            }

            await writer.WhenWritten();
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException
            or ObjectDisposedException)
        {
            // The connection broke, or was cut.
        }
        finally
        {
            ticks.Remove(this);
            writer.End();
            closing.End();
            frames.Dispose();
            metrics.Closed(ClosedFor?.Code);
        }
    }

    /// <summary>
    /// Sends whole frames in their order. True when they are sent (or never will be); otherwise <paramref name="sent"/>
    /// is called once when they are. Not called again before that.
    /// </summary>
    public bool Send(ReadOnlyMemory<byte>[] whole, Action sent) => writer.Send(whole, sent);

    /// <summary>From now on messages may be so large. Called before the reading, or by who takes messages.</summary>
    /// <param name="bytes">The largest message.</param>
    /// <param name="unadmitted">What messages that are not whole are charged to until the next call, if
    /// anything.</param>
    public void LimitMessages(int bytes, UnadmittedBudget? unadmitted = null) =>
        frames.LimitMessages(bytes, unadmitted);

    /// <summary>Ends the connection: the client is told why, and then has a moment to answer.</summary>
    public void Close(SocketClose reason)
    {
        if (closing.TryClose(reason))
        {
            writer.Close(WebSocketFrame.MakeClose(reason.Code, reason.Text));
            closing.Cancel();
        }
    }

    /// <summary>Sees what is due; called every few seconds.</summary>
    public void Tick()
    {
        if (writer.WriteTime >= ticks.Times.Write)
        {
            // Nothing more fits into the connection, so there is no telling the client either.
            GiveUp(closes.SlowReader);
        }
        else if (closing.WaitTime >= ticks.Times.Close)
        {
            abort();
        }
        else
        {
            switch (keepAlive.Look(ticks, frames.BytesRead, reader.IsPaused, reader.LastPause))
            {
                case KeepAliveStep.Ping:
                    writer.Ping();
                    break;
                case KeepAliveStep.GiveUp:
                    GiveUp(closes.NoPong);
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>The client closes, or answers this side's close.</summary>
    private void Answer(ReadOnlyMemory<byte> payload)
    {
        if (closing.TryAnswer())
        {
            var code = payload.Length >= 2 ? payload.Span[..2] : default;
            writer.Close(WebSocketFrame.Make(WebSocketOpcode.Close, code));
            closing.Cancel();
        }
    }

    private void GiveUp(SocketClose reason)
    {
        closing.GiveUp(reason);
        writer.End();
        abort();
    }
}
