using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Relay.Connections.Sockets;

/// <summary>Accepts clients on one address.</summary>
internal sealed partial class ClientListener(Socket listener, ILogger logger) : IConnectionListener
{
    /// <summary>When a process has no descriptor left, the next accept fails as well: it waits, instead of turning in a circle.</summary>
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(100);

    public EndPoint EndPoint { get; } = listener.LocalEndPoint!;

    /// <summary>The next client; nothing once the listener is closed.</summary>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                var socket = await listener.AcceptAsync(cancellationToken);
                try
                {
                    return new ClientConnection(socket);
                }
                catch (Exception gone) when (gone is SocketException or IOException or ObjectDisposedException)
                {
                    // Gone before it was looked at, or one more than the system can watch.
                    socket.Dispose();
                }
            }
            catch (ObjectDisposedException)
            {
                return null;
            }
            catch (SocketException closed) when (closed.SocketErrorCode == SocketError.OperationAborted)
            {
                return null;
            }
            catch (SocketException failed)
            {
                LogAcceptFailed(logger, failed, EndPoint);
                await Task.Delay(AfterFailure, cancellationToken);
            }
        }
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => DisposeAsync();

    public ValueTask DisposeAsync()
    {
        listener.Dispose();
        return ValueTask.CompletedTask;
    }

    [LoggerMessage(LogEvents.AcceptFailed, LogLevel.Warning, "A client could not be accepted on {Address}")]
    private static partial void LogAcceptFailed(ILogger logger, Exception exception, EndPoint address);
}
