using System.Buffers;

namespace Relay.Sockets.WebSockets;

internal sealed partial class ClientSocket
{
    /// <summary>
    /// The most that goes into one write. Larger ones save nothing, and a client's progress is judged by the write.
    /// </summary>
    private const int MaxWrite = 64 << 10;

    private ReadOnlyMemory<byte>[]? batch;
    private int batchFrame;
    private int batchOffset;
    private Action? whenSent;
    private byte[]? pong;
    private byte[]? ping;
    private byte[]? closing;
    private bool closeWritten;
    private bool lifeDue;
    private bool writing;
    private TaskCompletionSource? whenWritten;

    private void SendPong(ReadOnlySpan<byte> payload)
    {
        // Only the latest ping is answered if several wait (RFC 6455, 5.5.3), so a client that pings and does not read
        // costs one frame.
        var frame = WebSocketFrame.Make(WebSocketOpcode.Pong, payload);
        Nudge(() => pong = frame);
    }

    private void BeginClose(byte[] frame)
    {
        Nudge(() =>
        {
            isOpen = false;
            closing = frame;
            closingSince = Math.Max(1, ticks.Time.GetTimestamp());
        });
        closed.Cancel();
    }

    /// <summary>Changes what is to be written, and sees to it that it is.</summary>
    private void Nudge(Action change)
    {
        lock (gate)
        {
            if (!isOpen)
            {
                return;
            }

            change();
            if (writing)
            {
                return;
            }

            writing = true;
        }

        StartWriter();
    }

    private void StartWriter() => _ = WriteAsync(default, null);

    /// <param name="write">A write of the batch that is under way; none for one that has completed.</param>
    /// <param name="rented">What it writes, to be given back.</param>
    private async Task WriteAsync(ValueTask write, byte[]? rented)
    {
        try
        {
            var isUnderWay = !write.IsCompletedSuccessfully;
            while (isUnderWay || TryTake(out write, out rented))
            {
                isUnderWay = false;
                try
                {
                    Volatile.Write(ref writeSince, Math.Max(1, ticks.Time.GetTimestamp()));
                    await write;
                    Volatile.Write(ref writeSince, 0);
                }
                finally
                {
                    Return(rented);
                }

                TakeSent()?.Invoke();
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException
            or ObjectDisposedException or InvalidOperationException)
        {
            // The reader ends, too, and the session hears of it there.
            End();
            abort();
            lock (gate)
            {
                EndWriting();
            }
        }
    }

    /// <summary>Begins the next write, if there is one.</summary>
    private bool TryTake(out ValueTask write, out byte[]? rented)
    {
        write = default;
        if (!TryTake(out ReadOnlyMemory<byte> bytes, out rented))
        {
            return false;
        }

        metrics.Wrote(bytes.Length);
        write = stream.WriteAsync(bytes);
        return true;
    }

    /// <summary>
    /// The next bytes to write: control frames first, then what fits of the frames that wait. False when nothing waits;
    /// then the writer has ended.
    /// </summary>
    private bool TryTake(out ReadOnlyMemory<byte> bytes, out byte[]? rented)
    {
        rented = null;
        bytes = default;
        lock (gate)
        {
            if (closing is { } close && batchOffset == 0)
            {
                // Never inside a frame that is partly written.
                closing = null;
                closeWritten = true;
                batch = null;
                bytes = close;
            }
            else if (closeWritten)
            {
                EndWriting();
                return false;
            }
            else if (batchOffset == 0 && (pong ?? ping) is { } control)
            {
                _ = pong is null ? ping = null : pong = null;
                bytes = control;
            }
            else if (batch is not null)
            {
                bytes = TakeFrames(out rented);
                lastSent = ticks.Time.GetTimestamp();
                lifeDue = false;
            }
            else if (lifeDue)
            {
                bytes = signOfLife;
                lastSent = ticks.Time.GetTimestamp();
                lifeDue = false;
            }
            else
            {
                EndWriting();
                return false;
            }

            return true;
        }
    }

    private ReadOnlyMemory<byte> TakeFrames(out byte[]? rented)
    {
        rented = null;
        var first = batch![batchFrame][batchOffset..];
        if (first.Length >= MaxWrite)
        {
            Advance(MaxWrite);
            return first[..MaxWrite];
        }

        if (batchFrame == batch.Length - 1)
        {
            Advance(first.Length);
            return first;
        }

        // Several frames, one write.
        rented = ArrayPool<byte>.Shared.Rent(MaxWrite);
        var length = 0;
        while (batchFrame < batch.Length && length < MaxWrite)
        {
            var frame = batch[batchFrame].Span[batchOffset..];
            var taken = Math.Min(frame.Length, MaxWrite - length);
            frame[..taken].CopyTo(rented.AsSpan(length));
            length += taken;
            Advance(taken);
        }

        return rented.AsMemory(0, length);
    }

    private void Advance(int bytes)
    {
        batchOffset += bytes;
        if (batchOffset == batch![batchFrame].Length)
        {
            batchFrame++;
            batchOffset = 0;
        }
    }

    /// <summary>After a write: whether that was the last of the frames, and who waits for it.</summary>
    private Action? TakeSent()
    {
        lock (gate)
        {
            if (batch is null || batchFrame < batch.Length)
            {
                return null;
            }

            batch = null;
            var sent = whenSent;
            whenSent = null;
            return isOpen ? sent : null;
        }
    }

    /// <summary>The writer ends, unless something came meanwhile that is to be written.</summary>
    private bool TryEndWriting()
    {
        lock (gate)
        {
            // A frame was just written, which is a sign of life.
            lifeDue = false;
            if (closing is not null || pong is not null || ping is not null)
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
        writing = false;
        whenWritten?.TrySetResult();
    }

    /// <summary>
    /// Completes when nothing is being written: a close frame, above all, that another thread is about to write.
    /// </summary>
    private Task WhenWritten()
    {
        lock (gate)
        {
            if (!writing)
            {
                return Task.CompletedTask;
            }

            whenWritten ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return whenWritten.Task;
        }
    }

    private void End()
    {
        lock (gate)
        {
            isOpen = false;
            batch = null;
            whenSent = null;
        }

        closed.Cancel();
    }
}
