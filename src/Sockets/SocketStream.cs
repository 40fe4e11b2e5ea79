using System.Net.Sockets;

namespace Relay.Sockets;

/// <summary>
/// A TCP connection as a stream. What the kernel takes at once is written on the caller's thread with one system call
/// and no allocation, and what it has is read the same way; only what has to wait becomes an asynchronous operation,
/// which each kind does in its way. One reader and one writer at a time. All failures are <see cref="IOException"/>s.
/// </summary>
internal abstract class SocketStream : Stream
{
    private const string ClosedHere = "The connection was closed on this side.";

    private ReadOnlyMemory<byte> unread;

    protected SocketStream(Socket socket)
    {
        Socket = socket;

        // The synchronous calls below answer WouldBlock instead of waiting.
        socket.Blocking = false;
    }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    protected Socket Socket { get; }

    /// <summary>
    /// Puts bytes back: they are read next. From now on the reader may be resumed on a thread that serves other
    /// connections as well, and must not block it.
    /// </summary>
    public virtual void BeginService(ReadOnlyMemory<byte> bytes) => unread = bytes;

    /// <summary>Cuts the connection: the client sees a reset.</summary>
    public void Abort() => Close(() => Socket.Close(0));

    /// <summary>An empty <paramref name="buffer"/> waits until there is something to read, or the end.</summary>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (unread.Length > 0)
        {
            var taken = Math.Min(unread.Length, buffer.Length);
            unread[..taken].CopyTo(buffer);
            unread = unread[taken..];
            return ValueTask.FromResult(taken);
        }

        if (buffer.Length == 0)
        {
            return ReadLaterAsync(buffer, cancellationToken);
        }

        try
        {
            return TryRead(buffer.Span, out var read)
                ? ValueTask.FromResult(read)
                : ReadLaterAsync(buffer, cancellationToken);
        }
        catch (IOException failed)
        {
            return ValueTask.FromException<int>(failed);
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            var sent = TryWrite(buffer.Span);
            return sent == buffer.Length ? ValueTask.CompletedTask : WriteLaterAsync(buffer[sent..], cancellationToken);
        }
        catch (IOException failed)
        {
            return ValueTask.FromException(failed);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Reads when there is something; with an empty buffer only waits for that.</summary>
    protected abstract ValueTask<int> ReadLaterAsync(Memory<byte> buffer, CancellationToken cancellation);

    /// <summary>Writes all of it as the kernel takes it.</summary>
    protected abstract ValueTask WriteLaterAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellation);

    /// <summary>Reads what is there; false when nothing is.</summary>
    protected virtual bool TryRead(Span<byte> buffer, out int read)
    {
        try
        {
            read = Check(Socket.Receive(buffer, SocketFlags.None, out var error), error);
            return error == SocketError.Success;
        }
        catch (ObjectDisposedException closed)
        {
            throw new IOException(ClosedHere, closed);
        }
    }

    /// <summary>Writes what the kernel takes now, and says how much that is.</summary>
    protected virtual int TryWrite(ReadOnlySpan<byte> buffer)
    {
        try
        {
            return Check(Socket.Send(buffer, SocketFlags.None, out var error), error);
        }
        catch (ObjectDisposedException closed)
        {
            throw new IOException(ClosedHere, closed);
        }
    }

    /// <summary>
    /// Closes the socket. Nothing may use its descriptor afterwards: the next connection may have the same one.
    /// </summary>
    protected virtual void Close(Action close) => close();

    /// <summary>Ends the connection: what was written still arrives.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Close(() =>
            {
                try
                {
                    Socket.Shutdown(SocketShutdown.Both);
                }
                catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
                {
                    // The client was faster.
                }

                Socket.Dispose();
            });
        }

        base.Dispose(disposing);
    }

    private static int Check(int bytes, SocketError error) => error switch
    {
        SocketError.Success => bytes,
        SocketError.WouldBlock => 0,
        _ => throw new IOException("The connection is broken.", new SocketException((int)error)),
    };
}
