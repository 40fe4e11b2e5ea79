using System.Buffers;

namespace Relay.Sockets.WebSockets;

/// <summary>
/// A session's frames: written at once where the kernel takes them, and left to the writer where they have to wait.
/// </summary>
internal sealed partial class ClientSocket
{
    /// <summary>
    /// Sends whole frames in their order. True when they are sent (or never will be); otherwise <paramref name="sent"/>
    /// is called once when they are. Not called again before that.
    /// </summary>
    public bool Send(ReadOnlyMemory<byte>[] whole, Action sent)
    {
        lock (gate)
        {
            if (!isOpen)
            {
                return true;
            }

            if (writing)
            {
                batch = whole;
                batchFrame = 0;
                batchOffset = 0;
                whenSent = sent;
                return false;
            }

            writing = true;
        }

        var bytes = Gather(whole, out var rented);
        if (bytes.Length == 0)
        {
            lock (gate)
            {
                batch = whole;
                batchFrame = 0;
                batchOffset = 0;
            }

            StartWriter();
        }
        else
        {
            Volatile.Write(ref lastSent, ticks.Time.GetTimestamp());
            metrics.Wrote(bytes.Length);
            var write = Write(bytes);
            if (write.IsCompletedSuccessfully)
            {
                Return(rented);
                if (!TryEndWriting())
                {
                    StartWriter();
                }

                return true;
            }

            lock (gate)
            {
                batch = whole;
                batchFrame = whole.Length;
                batchOffset = 0;
            }

            _ = WriteAsync(write, rented);
        }

        lock (gate)
        {
            if (batch is null || !isOpen)
            {
                return true;
            }

            whenSent = sent;
            return false;
        }
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

    /// <summary>
    /// All frames as one write, if it is not too large for one; the usual case, in which the kernel takes it at once
    /// and nothing of it has to be remembered.
    /// </summary>
    private static ReadOnlyMemory<byte> Gather(ReadOnlyMemory<byte>[] whole, out byte[]? rented)
    {
        rented = null;
        if (whole.Length == 1)
        {
            return whole[0].Length <= MaxWrite ? whole[0] : default;
        }

        var length = 0L;
        foreach (var frame in whole)
        {
            length += frame.Length;
        }

        if (length > MaxWrite)
        {
            return default;
        }

        rented = ArrayPool<byte>.Shared.Rent((int)length);
        var at = 0;
        foreach (var frame in whole)
        {
            frame.Span.CopyTo(rented.AsSpan(at));
            at += frame.Length;
        }

        return rented.AsMemory(0, at);
    }

    private static void Return(byte[]? rented)
    {
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
