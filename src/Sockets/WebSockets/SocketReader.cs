namespace Relay.Sockets.WebSockets;

/// <summary>
/// The one reader of a socket: hands messages over, answers pings, and reads no further while messages are dealt with.
/// Not thread-safe but for what says so.
/// </summary>
/// <param name="frames">What the client sends.</param>
/// <param name="stream">Where that comes from.</param>
/// <param name="writer">Writes pongs.</param>
/// <param name="closing">Says whether messages are still taken.</param>
/// <param name="metrics">Where bytes are counted.</param>
/// <param name="time">The clock.</param>
internal sealed class SocketReader(
    ClientFrameReader frames,
    Stream stream,
    SocketWriter writer,
    ClosingHandshake closing,
    SocketMetrics metrics,
    TimeProvider time)
{
    /// <summary>Messages that are handed over together at the most.</summary>
    private const int MessagesAtOnce = 4096;

    private long counted;
    private long lastPause;
    private bool isPaused;

    /// <summary>Whether the reading waits for messages to be dealt with. Any thread may ask.</summary>
    public bool IsPaused => Volatile.Read(ref isPaused);

    /// <summary>When the reading last went on after a pause; 0 if it never paused. Any thread may ask.</summary>
    public long LastPause => Volatile.Read(ref lastPause);

    /// <summary>Reads until there is no next message, and returns what was there instead of one.</summary>
    /// <param name="handle">
    /// Takes messages that came from the network together, in a list that is used again; more are read when its task
    /// has completed.
    /// </param>
    /// <param name="tooLarge">
    /// Takes the beginning of a message that is too large, after those before it; reading goes on behind it. Null if
    /// such a message ends the reading.
    /// </param>
    public async Task<ClientFrame> ReadAsync(
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
                if (closing.IsOpen)
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
                case ClientFrameKind.Message when closing.IsOpen:
                    // The first of those that were too many for one time.
                    messages.Add(frame.Payload);
                    await HandleAsync(handle, messages);
                    messages.Clear();
                    break;
                case ClientFrameKind.Message or ClientFrameKind.Pong:
                    break;
                case ClientFrameKind.Ping:
                    writer.Pong(frame.Payload.Span);
                    break;
                case ClientFrameKind.TooLarge when tooLarge is not null:
                    tooLarge(frame.Payload);
                    break;
                default:
                    return frame;
            }
        }
    }

    /// <summary>
    /// Reads what follows and cannot be read as frames any more: bytes left unread would cut the close frame's way to
    /// the client short.
    /// </summary>
    public async Task SkipRestAsync()
    {
        var sink = new byte[4096];
        while (await stream.ReadAsync(sink) > 0)
        {
        }
    }

    private async ValueTask HandleAsync(
        Func<List<ReadOnlyMemory<byte>>, CancellationToken, ValueTask> handle, List<ReadOnlyMemory<byte>> messages)
    {
        var handling = handle(messages, closing.Closed);
        if (handling.IsCompletedSuccessfully)
        {
            return;
        }

        Volatile.Write(ref isPaused, true);
        try
        {
            await handling;
        }
        catch (OperationCanceledException) when (closing.Closed.IsCancellationRequested)
        {
            // The rest is reading what the client says to the close.
        }

        Volatile.Write(ref lastPause, time.GetTimestamp());
        Volatile.Write(ref isPaused, false);
    }

    private void CountRead()
    {
        var read = frames.BytesRead;
        metrics.Read((int)(read - counted));
        counted = read;
    }
}
