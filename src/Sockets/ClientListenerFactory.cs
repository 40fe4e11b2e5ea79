using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Relay.Sockets;

/// <summary>
/// Kestrel's transport for the addresses that clients connect to. Unlike Kestrel's own it reads only when it is asked
/// to and lets go of a socket whose request became a WebSocket: the rest of the connection's life then costs
/// neither Kestrel's memory for a request nor its hand-overs between threads for each read and write.
/// </summary>
internal sealed class ClientListenerFactory(
    DescriptorBudget descriptors, TimeProvider time, ILogger<ClientListenerFactory> logger)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    /// <summary>TCP only; Kestrel itself serves Unix sockets, handles and pipes.</summary>
    public bool CanBind(EndPoint endpoint) => endpoint is IPEndPoint;

    /// <exception cref="AddressInUseException">Somebody else listens there.</exception>
    /// <exception cref="SocketException">The address cannot be listened on for another reason.</exception>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        Socket? socket = null;
        try
        {
            socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
            socket.Listen(new SocketTransportOptions().Backlog);
        }
        catch (SocketException refused)
        {
            socket?.Dispose();
            if (refused.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                throw new AddressInUseException(refused.Message, refused);
            }

            throw;
        }

        return ValueTask.FromResult<IConnectionListener>(new ClientListener(socket, descriptors, time, logger));
    }
}
