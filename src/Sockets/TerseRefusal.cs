using System.Net.Sockets;
using System.Text;

namespace Relay.Sockets;

/// <summary>
/// Refuses a client without reading its request, where there is no descriptor to spare for the time that takes.
/// </summary>
internal static class TerseRefusal
{
    private static readonly byte[] Answer = Encoding.ASCII.GetBytes(
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

    /// <summary>Answers 503 if the client takes that at once, and closes the socket.</summary>
    public static void Send(Socket socket)
    {
        Span<byte> request = stackalloc byte[4096];
        try
        {
            socket.Blocking = false;

            // Closing a socket with unread bytes resets the connection, which can overtake the answer.
            socket.Receive(request, SocketFlags.None, out _);
            socket.Send(Answer, SocketFlags.None, out _);
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The client was faster.
        }
        finally
        {
            socket.Dispose();
        }
    }
}
