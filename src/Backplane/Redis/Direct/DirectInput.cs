using System.Net.Sockets;

namespace Relay.Backplane;

/// <summary>The bytes that have come and do not make a whole reply yet. Belongs to the thread that reads.</summary>
internal sealed class DirectInput(Socket socket)
{
    private const int Usual = 64 << 10;

    private byte[] buffer = new byte[Usual];
    private int filled;

    public ReadOnlySpan<byte> Bytes => buffer.AsSpan(0, filled);

    /// <summary>Receives what is there.</summary>
    /// <param name="mayBeMore">Whether there may be more than was received.</param>
    /// <returns>False if the connection has ended or is broken.</returns>
    public bool TryReceive(out bool mayBeMore)
    {
        if (filled == buffer.Length)
        {
            Array.Resize(ref buffer, 2 * buffer.Length);
        }

        var room = buffer.AsSpan(filled);
        var read = socket.Receive(room, SocketFlags.None, out var error);
        mayBeMore = read == room.Length;
        filled += read;
        return error == SocketError.WouldBlock || (error == SocketError.Success && read > 0);
    }

    /// <summary>Drops the first bytes, which were read.</summary>
    public void Drop(int count)
    {
        filled -= count;
        var rest = buffer.AsSpan(count, filled);
        if (filled == 0 && buffer.Length > Usual)
        {
            buffer = new byte[Usual];
        }
        else if (count > 0)
        {
            rest.CopyTo(buffer);
        }
    }
}
