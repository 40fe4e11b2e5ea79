using System.Net.Sockets;
using System.Runtime.Versioning;

namespace Relay.Sockets;

/// <summary>
/// A stream that waits in a <see cref="SocketLoop"/>. While it is idle it costs two small objects and no buffer.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class LoopSocketStream : SocketStream, ISocketEvents
{
    /// <summary>
    /// So many bytes are read without a wait; then whoever reads goes on elsewhere, because others wait for the loop.
    /// Going there costs little beside what is done with so many.
    /// </summary>
    private const int MostInTurn = 64 << 10;

    private readonly SocketLoop loop = SocketLoop.Next();
    private readonly Readiness readable = new();
    private readonly Readiness writable = new();
    private readonly long key;
    private int closed;
    private int inTurn;
    private volatile bool hasEnded;

    /// <exception cref="IOException">The system cannot watch the socket.</exception>
    public LoopSocketStream(Socket socket)
        : base(socket) => key = loop.Watch(socket.SafeHandle, this);

    public override void BeginService(ReadOnlyMemory<byte> bytes)
    {
        base.BeginService(bytes);
        readable.ResumeInline();
        writable.ResumeInline();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        inTurn < MostInTurn ? base.ReadAsync(buffer, cancellationToken) : ReadElsewhereAsync(buffer, cancellationToken);

    public void OnReady(bool readable, bool writable, bool ended)
    {
        if (ended)
        {
            hasEnded = true;
        }

        if (writable)
        {
            this.writable.Set();
        }

        if (readable)
        {
            this.readable.Set();
        }
    }

    protected override bool TryRead(Span<byte> buffer, out int read)
    {
        readable.Clear();
        var any = base.TryRead(buffer, out read);

        // After less than there was room for comes a wait.
        inTurn = read == buffer.Length ? inTurn + read : 0;
        if (any && (read == buffer.Length || hasEnded))
        {
            // There may be more, or there is the end, and the loop does not say again what it has said.
            readable.Set();
        }

        return any;
    }

    protected override int TryWrite(ReadOnlySpan<byte> buffer)
    {
        writable.Clear();
        return base.TryWrite(buffer);
    }

    protected override ValueTask<int> ReadLaterAsync(Memory<byte> buffer, CancellationToken cancellation) =>
        buffer.Length == 0 ? readable.WaitAsync(cancellation) : ReadWhenReadyAsync(buffer, cancellation);

    protected override async ValueTask WriteLaterAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellation)
    {
        while (buffer.Length > 0)
        {
            await writable.WaitAsync(cancellation);
            buffer = buffer[TryWrite(buffer.Span)..];
        }
    }

    protected override void Close(Action close)
    {
        if (Interlocked.Exchange(ref closed, 1) == 0)
        {
            loop.Remove(key);
            close();

            // Whoever waits finds the socket closed; not on this thread, which may be in the middle of something.
            ThreadPool.UnsafeQueueUserWorkItem(static stream => stream.OnReady(true, true, true), this,
                preferLocal: false);
        }
    }

    private async ValueTask<int> ReadElsewhereAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        inTurn = 0;
        await Task.Yield();
        return await base.ReadAsync(buffer, cancellation);
    }

    private async ValueTask<int> ReadWhenReadyAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        while (true)
        {
            await readable.WaitAsync(cancellation);
            if (TryRead(buffer.Span, out var read))
            {
                return read;
            }
        }
    }
}
