namespace Relay.Sockets.WebSockets;

/// <summary>
/// The one writer of a socket: frames are written at once where the kernel takes them, and wait in a
/// <see cref="WriteQueue"/> where it does not. Thread-safe.
/// </summary>
/// <param name="stream">Where it writes.</param>
/// <param name="signOfLife">A whole data frame that clients take and ignore; it goes with each ping.</param>
/// <param name="metrics">Where its bytes are counted.</param>
/// <param name="time">The clock.</param>
/// <param name="closing">Told when a write has failed.</param>
/// <param name="abort">Cuts the connection; called when a write has failed.</param>
internal sealed class SocketWriter(
    Stream stream,
    ReadOnlyMemory<byte> signOfLife,
    SocketMetrics metrics,
    TimeProvider time,
    ClosingHandshake closing,
    Action abort)
{
    private readonly Lock gate = new();

    // Not readonly: it is a mutable struct.
    private WriteQueue queue = new();
    private Action? whenSent;
    private TaskCompletionSource? whenWritten;
    private long writeSince;
    private bool isWriting;

    /// <summary>How long the write lasts that is under way; zero if there is none.</summary>
    public TimeSpan WriteTime =>
        Volatile.Read(ref writeSince) is var since && since != 0 ? time.GetElapsedTime(since) : TimeSpan.Zero;

    /// <summary>
    /// Sends whole frames in their order. True when they are sent (or never will be); otherwise <paramref name="sent"/>
    /// is called once when they are. Not called again before that.
    /// </summary>
    public bool Send(ReadOnlyMemory<byte>[] whole, Action sent)
    {
        lock (gate)
        {
            if (!queue.IsOpen)
            {
                return true;
            }

            if (isWriting)
            {
                queue.Add(whole);
                whenSent = sent;
                return false;
            }

            isWriting = true;
        }

        var bytes = FrameBatch.Gather(whole, out var rented);
        if (bytes.Length == 0)
        {
            lock (gate)
            {
                queue.Add(whole);
            }

            StartWriting();
        }
        else
        {
            metrics.Wrote(bytes.Length);
            var write = Write(bytes);
            if (write.IsCompletedSuccessfully)
            {
                FrameBatch.Return(rented);
                if (!TryEndWriting())
                {
                    StartWriting();
                }

                return true;
            }

            lock (gate)
            {
                queue.AddTaken(whole);
            }

            _ = WriteAsync(write, rented);
        }

        lock (gate)
        {
            if (!queue.HasFrames || !queue.IsOpen)
            {
                return true;
            }

            whenSent = sent;
            return false;
        }
    }

    /// <summary>Writes a pong, before the frames that wait.</summary>
    public void Pong(ReadOnlySpan<byte> payload) =>
        Add(WriteKind.Pong, WebSocketFrame.Make(WebSocketOpcode.Pong, payload));

    /// <summary>Writes a ping with a sign of life, before the frames that wait.</summary>
    public void Ping() =>
        Add(WriteKind.Ping, [.. WebSocketFrame.Make(WebSocketOpcode.Ping, default), .. signOfLife.Span]);

    /// <summary>Writes a close frame, instead of the frames that wait; further ones are not taken.</summary>
    public void Close(byte[] frame) => Add(WriteKind.Close, frame);

    /// <summary>Takes no further frames, and forgets those that wait.</summary>
    public void End()
    {
        lock (gate)
        {
            queue.End();
            whenSent = null;
        }
    }

    /// <summary>
    /// Completes when no write is under way: of a close frame, above all, that another thread is about to write.
    /// </summary>
    public Task WhenWritten()
    {
        lock (gate)
        {
            if (!isWriting)
            {
                return Task.CompletedTask;
            }

            whenWritten ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return whenWritten.Task;
        }
    }

    private void Add(WriteKind kind, byte[] frame)
    {
        lock (gate)
        {
            if (!queue.IsOpen)
            {
                return;
            }

            queue.Add(kind, frame);
            if (isWriting)
            {
                return;
            }

            isWriting = true;
        }

        StartWriting();
    }

    /// <summary>
    /// A write whose failure is its outcome, also where the stream throws at once: the caller is a session, which has
    /// other connections.
    /// </summary>
    private ValueTask Write(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return stream.WriteAsync(bytes);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException
            or InvalidOperationException)
        {
            return ValueTask.FromException(exception);
        }
    }

    private void StartWriting() => _ = WriteAsync(default, null);

    /// <param name="write">A write of the batch that is under way; none for one that has completed.</param>
    /// <param name="rented">What it writes, to be given back.</param>
    private async Task WriteAsync(ValueTask write, byte[]? rented)
    {
        try
        {
            var isUnderWay = !write.IsCompletedSuccessfully;
            while (isUnderWay || TryBegin(out write, out rented))
            {
                isUnderWay = false;
                try
                {
                    Volatile.Write(ref writeSince, Math.Max(1, time.GetTimestamp()));
                    await write;
                    Volatile.Write(ref writeSince, 0);
                }
                finally
                {
                    FrameBatch.Return(rented);
                }

                TakeSent()?.Invoke();
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException
            or ObjectDisposedException or InvalidOperationException)
        {
            // The reader ends, too, and the session hears of it there.
            End();
            closing.End();
            abort();
            lock (gate)
            {
                EndWriting();
            }
        }
    }

    /// <summary>Begins the next write; false if there is none, and then the writing has ended.</summary>
    private bool TryBegin(out ValueTask write, out byte[]? rented)
    {
        ReadOnlyMemory<byte> bytes;
        write = default;
        lock (gate)
        {
            if (queue.Take(out bytes, out rented) == WriteKind.None)
            {
                EndWriting();
                return false;
            }
        }

        metrics.Wrote(bytes.Length);
        write = stream.WriteAsync(bytes);
        return true;
    }

    /// <summary>After a write: who waits for the last of the frames, if that was it.</summary>
    private Action? TakeSent()
    {
        lock (gate)
        {
            if (!queue.TryEndFrames())
            {
                return null;
            }

            var sent = whenSent;
            whenSent = null;
            return queue.IsOpen ? sent : null;
        }
    }

    /// <summary>The writing ends, unless a control frame came meanwhile.</summary>
    private bool TryEndWriting()
    {
        lock (gate)
        {
            if (queue.HasControl)
            {
                return false;
            }

            EndWriting();
            return true;
        }
    }

    /// <summary>Under the lock: who waits for the last write need not wait any longer.</summary>
    private void EndWriting()
    {
        isWriting = false;
        whenWritten?.TrySetResult();
    }
}
