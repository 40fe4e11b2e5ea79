namespace Relay.Sockets.WebSockets;

/// <summary>
/// What one socket has to write, and in which order: a close frame before all, control frames between the frames that
/// wait. At most one of each kind waits. A mutable struct, to be kept in a field: a connection has no further object
/// for it. Not thread-safe.
/// </summary>
internal struct WriteQueue
{
    // Not readonly: it is a mutable struct.
    private FrameBatch batch;
    private byte[]? pong;
    private byte[]? ping;
    private byte[]? close;
    private bool hasClosed;

    public WriteQueue()
    {
    }

    /// <summary>Whether it takes further frames.</summary>
    public bool IsOpen { readonly get; private set; } = true;

    /// <summary>Whether there are frames that are not all written.</summary>
    public readonly bool HasFrames => batch.IsThere;

    /// <summary>Whether a control frame waits.</summary>
    public readonly bool HasControl => close is not null || pong is not null || ping is not null;

    /// <summary>These frames wait from now on; called when there are none.</summary>
    public void Add(ReadOnlyMemory<byte>[] whole) => batch.Start(whole);

    /// <summary>These frames are in a write that has begun; called when there are none.</summary>
    public void AddTaken(ReadOnlyMemory<byte>[] whole) => batch.StartTaken(whole);

    /// <summary>
    /// A control frame is to be written; a close frame ends the queue. Only the latest pong is written if several wait
    /// (RFC 6455, 5.5.3), so a client that pings and does not read costs one frame.
    /// </summary>
    /// <param name="kind">Not <see cref="WriteKind.None"/> or <see cref="WriteKind.Frames"/>.</param>
    /// <param name="frame">The frame.</param>
    public void Add(WriteKind kind, byte[] frame)
    {
        switch (kind)
        {
            case WriteKind.Close:
                IsOpen = false;
                close = frame;
                break;
            case WriteKind.Pong:
                pong = frame;
                break;
            default:
                ping = frame;
                break;
        }
    }

    /// <summary>Takes no further frames, and forgets those that wait.</summary>
    public void End()
    {
        IsOpen = false;
        batch.Drop();
    }

    /// <summary>The next bytes to write.</summary>
    /// <param name="bytes">The bytes; empty if there is no more to write.</param>
    /// <param name="rented">An array for <see cref="FrameBatch.Return"/>; null if none was needed.</param>
    public WriteKind Take(out ReadOnlyMemory<byte> bytes, out byte[]? rented)
    {
        rented = null;
        bytes = default;
        if (close is not null && !batch.IsInFrame)
        {
            batch.Drop();
            (bytes, close, hasClosed) = (close, null, true);
            return WriteKind.Close;
        }

        if (hasClosed)
        {
            return WriteKind.None;
        }

        if (!batch.IsInFrame && pong is not null)
        {
            (bytes, pong) = (pong, null);
            return WriteKind.Pong;
        }

        if (!batch.IsInFrame && ping is not null)
        {
            (bytes, ping) = (ping, null);
            return WriteKind.Ping;
        }

        if (batch.IsThere)
        {
            bytes = batch.Take(out rented);
            return WriteKind.Frames;
        }

        return WriteKind.None;
    }

    /// <summary>After a write: whether that was the last of the frames, which are gone then.</summary>
    public bool TryEndFrames()
    {
        if (!batch.IsTaken)
        {
            return false;
        }

        batch.Drop();
        return true;
    }
}
