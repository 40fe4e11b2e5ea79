using System.Buffers;
using System.Net.Sockets;

namespace Relay.Backplane;

/// <summary>The commands that the kernel has not taken yet. Not thread-safe.</summary>
internal sealed class DirectOutput(Socket socket)
{
    /// <summary>
    /// So many bytes may wait before a command is refused. One call with appends is under way on a connection, so what
    /// waits are subscriptions, or one large entry.
    /// </summary>
    public const int MaxWaiting = 32 << 20;

    private const int KeptCapacity = 1 << 20;

    private ArrayBufferWriter<byte> buffer = new();
    private int sent;

    /// <summary>Where commands are written.</summary>
    public IBufferWriter<byte> Buffer => buffer;

    public bool IsFull => buffer.WrittenCount - sent > MaxWaiting;

    /// <summary>Sends what the kernel takes; false if the connection is broken.</summary>
    public bool TrySend()
    {
        var left = buffer.WrittenSpan[sent..];
        if (left.Length > 0)
        {
            sent += socket.Send(left, SocketFlags.None, out var error);
            if (error is not (SocketError.Success or SocketError.WouldBlock))
            {
                return false;
            }
        }

        if (sent == buffer.WrittenCount)
        {
            sent = 0;
            if (buffer.Capacity > KeptCapacity)
            {
                buffer = new ArrayBufferWriter<byte>();
            }
            else
            {
                buffer.ResetWrittenCount();
            }
        }

        return true;
    }
}
