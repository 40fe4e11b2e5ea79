namespace Relay.Sockets;

/// <summary>A feature of a request whose connection can outlive it.</summary>
internal interface ISocketHandover
{
    /// <summary>
    /// Takes the socket away from the server, with whatever of it was read and not looked at. From then on the server
    /// neither reads, writes nor closes it; the request should end soon, and with it everything that the server keeps
    /// for it. Called once at the most, when the answer to the upgrade has been sent. Nothing when more than the server
    /// stands between the socket and the request, such as TLS.
    /// </summary>
    SocketStream? TryTake();
}
