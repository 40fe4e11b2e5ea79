namespace Relay.Doubles;

/// <summary>
/// The client's end of an upgraded connection, in memory: what it says is read when it is said, and what it is sent it
/// takes at once, or not at all.
/// </summary>
internal sealed class TestLine : Stream
{
    private readonly MemoryStream unread = new();
    private TaskCompletionSource? reader;
    private TaskCompletionSource? writer;
    private bool isOver;
    private bool isBroken;

    /// <summary>All bytes that the client has taken.</summary>
    public List<byte> Taken { get; } = [];

    /// <summary>How many bytes of the client the node has not read.</summary>
    public long Unread => unread.Length - unread.Position;

    /// <summary>Whether the client does not read.</summary>
    public bool IsStuck { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException(); set =>
        throw new NotSupportedException();
    }

    public void Say(ReadOnlySpan<byte> bytes)
    {
        var at = unread.Position;
        unread.Position = unread.Length;
        unread.Write(bytes);
        unread.Position = at;
        reader?.TrySetResult();
    }

    public void End()
    {
        isOver = true;
        reader?.TrySetResult();
    }

    public void Stop() => IsStuck = true;

    /// <summary>
    /// From now on a write throws where it is called, as that to a response of the server does whose request has ended.
    /// </summary>
    public void Break() => isBroken = true;

    public void GoOn()
    {
        IsStuck = false;
        writer?.TrySetResult();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (unread.Position == unread.Length && !isOver)
        {
            reader = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await reader.Task;
        }

        return unread.Read(buffer.Span);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        isBroken ? throw new ObjectDisposedException(nameof(TestLine)) : TakeAsync(buffer);

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private async ValueTask TakeAsync(ReadOnlyMemory<byte> buffer)
    {
        while (IsStuck)
        {
            writer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await writer.Task;
        }

        Taken.AddRange(buffer.Span);
    }
}
