using System.Net;
using Relay.Sockets.Backpressure;

namespace Relay.Sockets.WebSockets;

/// <summary>
/// The server's end of one WebSocket over an upgraded stream: one reader, one writer. Frames that wait are packed into
/// one write; control frames go before them. It answers pings, pings itself, shows a sign of life to a silent client,
/// and ends a connection that does not read or does not answer. Own framing, because
/// <see cref="System.Net.WebSockets"/> makes a system call per frame, and that is what a relay's time goes into.
/// </summary>
internal sealed partial class ClientSocket
{
    /// <summary>Messages that are handed over together at the most.</summary>
    private const int MessagesAtOnce = 4096;

    private readonly Stream stream;
    private readonly Action abort;
    private readonly SocketTicks ticks;
    private readonly SocketMetrics metrics;
    private readonly SocketCloses closes;
    private readonly ReadOnlyMemory<byte> signOfLife;
    private readonly ClientFrameReader frames;
    private readonly CancellationTokenSource closed = new();
    private readonly Lock gate = new();
    private bool isOpen = true;
    private long counted;

    /// <param name="stream">The upgraded connection.</param>
    /// <param name="maxMessageBytes">The largest message that is read.</param>
    /// <param name="budget">What messages that are not whole yet are charged to.</param>
    /// <param name="signOfLife">A whole data frame that clients take and ignore.</param>
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
        this.stream = stream;
        this.abort = abort;
        this.ticks = ticks;
        this.metrics = metrics;
        this.closes = closes;
        this.signOfLife = signOfLife;
        Budget = budget;
        frames = new ClientFrameReader(stream, maxMessageBytes, budget);
        lastSent = lastPing = ticks.Time.GetTimestamp();
    }

    /// <summary>What large messages are charged to, until they are dealt with.</summary>
    public BufferBudget Budget { get; }

    /// <summary>Where the client is; null where that is not known.</summary>
    public IPAddress? RemoteAddress { get; init; }

    /// <summary>Why it ended, when it was this side that ended it.</summary>
    public SocketClose? ClosedFor { get; private set; }

    /// <summary>Whether client or node said goodbye; not when the connection broke.</summary>
    public bool EndedCleanly { get; private set; }

    /// <summary>
    /// Whether the client may have sent more than was handed over: a message has come in part, or reading waits. Any
    /// thread may ask.
    /// </summary>
    public bool MayHaveMore => Volatile.Read(ref readingPaused) || frames.IsInMiddle;

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
            await ReadAsync(handle, tooLarge);
            await WhenWritten();
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException
            or ObjectDisposedException)
        {
            // The connection broke, or was cut.
        }
        finally
        {
            ticks.Remove(this);
            End();
            frames.Dispose();
            metrics.Closed(ClosedFor?.Code);
        }
    }

    /// <summary>From now on messages may be so large. Called before the reading, or by who takes messages.</summary>
    /// <param name="bytes">The largest message.</param>
    /// <param name="unadmitted">What messages that are not whole are charged to until the next call, if
    /// anything.</param>
    public void LimitMessages(int bytes, UnadmittedBudget? unadmitted = null) =>
        frames.LimitMessages(bytes, unadmitted);

    /// <summary>Ends the connection: the client is told why, and then has a moment to answer.</summary>
    public void Close(SocketClose reason)
    {
        lock (gate)
        {
            if (!isOpen)
            {
                return;
            }

            ClosedFor = reason;
            EndedCleanly = true;
        }

        BeginClose(WebSocketFrame.MakeClose(reason.Code, reason.Text));
    }

    private async Task ReadAsync(
        Func<List<ReadOnlyMemory<byte>>, CancellationToken, ValueTask> handle, Action<ReadOnlyMemory<byte>>? tooLarge)
    {
        var messages = new List<ReadOnlyMemory<byte>>(1);
        while (true)
        {
            var frame = await frames.ReadAsync(CancellationToken.None);
            CountRead();
            var more = true;
            while (more && frame.Kind == ClientFrameKind.Message && messages.Count < MessagesAtOnce)
            {
                messages.Add(frame.Payload);
                more = frames.TryRead(out frame);
            }

            if (messages.Count > 0)
            {
                if (IsOpen)
                {
                    await HandleAsync(handle, messages);
                }

                messages.Clear();
                if (messages.Capacity > MessagesAtOnce / 8)
                {
                    messages.Capacity = 1;
                }
            }

            if (!more)
            {
                continue;
            }

            switch (frame.Kind)
            {
                case ClientFrameKind.Message when IsOpen:
                    // The first of those that were too many for one time.
                    messages.Add(frame.Payload);
                    await HandleAsync(handle, messages);
                    messages.Clear();
                    break;
                case ClientFrameKind.Ping:
                    SendPong(frame.Payload.Span);
                    break;
                case ClientFrameKind.Close:
                    OnClose(frame.Payload);
                    return;
                case ClientFrameKind.EndOfStream:
                    return;
                case ClientFrameKind.Text:
                    await EndReadingAsync(closes.TextFrame);
                    return;
                case ClientFrameKind.TooLarge when tooLarge is not null:
                    tooLarge(frame.Payload);
                    break;
                case ClientFrameKind.TooLarge:
                    await EndReadingAsync(closes.MessageTooLarge);
                    return;
                case ClientFrameKind.NoRoom:
                    frames.Dispose();
                    await EndReadingAsync(closes.NoRoom);
                    return;
                case ClientFrameKind.Invalid:
                    await EndReadingAsync(closes.FramingError);
                    return;
                default:
                    break;
            }
        }
    }

    private bool IsOpen
    {
        get
        {
            lock (gate)
            {
                return isOpen;
            }
        }
    }

    private async ValueTask HandleAsync(Func<List<ReadOnlyMemory<byte>>, CancellationToken, ValueTask> handle,
        List<ReadOnlyMemory<byte>> messages)
    {
        var handling = handle(messages, closed.Token);
        if (handling.IsCompletedSuccessfully)
        {
            return;
        }

        // While this side does not read, it cannot hold the client's silence against it.
        Volatile.Write(ref readingPaused, true);
        try
        {
            await handling;
        }
        catch (OperationCanceledException) when (closed.IsCancellationRequested)
        {
            // The rest is reading what the client says to the close.
        }

        Volatile.Write(ref lastPause, ticks.Time.GetTimestamp());
        Volatile.Write(ref readingPaused, false);
    }

    private void CountRead()
    {
        var read = frames.BytesRead;
        metrics.Read((int)(read - counted));
        counted = read;
    }

    /// <summary>The client closes, or answers this side's close.</summary>
    private void OnClose(ReadOnlyMemory<byte> payload)
    {
        lock (gate)
        {
            EndedCleanly = true;
            if (!isOpen)
            {
                return;
            }
        }

        BeginClose(WebSocketFrame.Make(WebSocketOpcode.Close, payload.Length >= 2 ? payload.Span[..2] : default));
    }

    /// <summary>
    /// What follows cannot be read as frames any more. It is taken off the connection all the same: bytes left unread
    /// would cut the close frame's way to the client short.
    /// </summary>
    private async Task EndReadingAsync(SocketClose reason)
    {
        Close(reason);
        var sink = new byte[4096];
        while (await stream.ReadAsync(sink) > 0)
        {
        }
    }
}
