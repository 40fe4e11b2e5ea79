using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Relay.Sockets;

/// <summary>Accepts clients on one address.</summary>
internal sealed partial class ClientListener(
    Socket listener, DescriptorBudget descriptors, TimeProvider time, ILogger logger) : IConnectionListener
{
    /// <summary>
    /// When a process has no descriptor left, the next accept fails as well: it waits, instead of turning in a circle.
    /// </summary>
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(100);

    // Each is logged once until a client is served again.
    private bool isFull;
    private bool isFailing;

    public EndPoint EndPoint { get; } = listener.LocalEndPoint!;

    /// <summary>The next client; null once the listener is closed.</summary>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                var socket = await listener.AcceptAsync(cancellationToken);
                if (Take(socket) is { } connection)
                {
                    return connection;
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
                if (!isFailing)
                {
                    isFailing = true;
                    LogAcceptFailed(logger, failed, EndPoint);
                }

                await Task.Delay(AfterFailure, time, cancellationToken);
            }
        }
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => DisposeAsync();

    public ValueTask DisposeAsync()
    {
        listener.Dispose();
        return ValueTask.CompletedTask;
    }

    private ClientConnection? Take(Socket socket)
    {
        var place = descriptors.PlaceOf(socket.Handle);
        Note(place);
        if (place == ClientPlace.None)
        {
            TerseRefusal.Send(socket);
            return null;
        }

        try
        {
            return new ClientConnection(socket, place == ClientPlace.Brief ? time : null);
        }
        catch (Exception gone) when (gone is SocketException or IOException or ObjectDisposedException)
        {
            // Gone before it was looked at, or one more than the system can watch.
            socket.Dispose();
            return null;
        }
    }

    private void Note(ClientPlace place)
    {
        if (place == ClientPlace.Served)
        {
            if (isFull)
            {
                LogHasRoom(logger, EndPoint);
            }

            isFull = isFailing = false;
        }
        else if (!isFull)
        {
            isFull = true;
            LogFull(logger, EndPoint, descriptors.Limit);
        }
    }

    [LoggerMessage(
        SocketEventId.AcceptFailed,
        LogLevel.Warning,
        "A client could not be accepted on {Address}; the next ones are tried ten times a second")]
    private static partial void LogAcceptFailed(ILogger logger, Exception exception, EndPoint address);

    [LoggerMessage(
        SocketEventId.ListenerFull,
        LogLevel.Warning,
        "New clients are refused on {Address} until others have gone: the process may have {Limit} open files, "
        + "and the rest of them is for the node itself")]
    private static partial void LogFull(ILogger logger, EndPoint address, long limit);

    [LoggerMessage(SocketEventId.ListenerHasRoom, LogLevel.Information, "New clients are served again on {Address}")]
    private static partial void LogHasRoom(ILogger logger, EndPoint address);
}
