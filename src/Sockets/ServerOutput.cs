namespace Relay.Sockets;

/// <summary>
/// What Kestrel writes a client's answers to. Kestrel expects that writing never fails, and hears from the connection
/// itself that it has ended; so a failure is told once, and what is written after that goes nowhere.
/// </summary>
/// <param name="stream">To the client.</param>
/// <param name="lost">Called once, when the client cannot be written to any more.</param>
internal sealed class ServerOutput(SocketStream stream, Action<IOException> lost) : Stream
{
    private bool isLost;

    public override bool CanRead => false;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer,
        CancellationToken cancellationToken = default)
    {
        if (isLost)
        {
            return;
        }

        try
        {
            await stream.WriteAsync(buffer, cancellationToken);
        }
        catch (IOException failed)
        {
            isLost = true;
            lost(failed);
        }
    }

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
}
