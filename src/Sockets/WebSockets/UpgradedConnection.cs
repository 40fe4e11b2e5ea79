using System.Net;

namespace Relay.Sockets.WebSockets;

/// <summary>A connection whose handshake is done.</summary>
/// <param name="stream">What follows the handshake, both ways.</param>
/// <param name="abort">Cuts the connection without further ado.</param>
/// <param name="remoteAddress">Where the client is; null where that is not known.</param>
/// <param name="outlivesRequest">Whether the connection goes on without its request, which should end then: the server
/// keeps kilobytes for a request that runs. Otherwise it ends with the request.</param>
internal sealed partial class UpgradedConnection(
    Stream stream, Action abort, IPAddress? remoteAddress, bool outlivesRequest)
{
    public Stream Stream => stream;

    public Action Abort => abort;

    public IPAddress? RemoteAddress => remoteAddress;

    /// <summary>Serves the connection and closes it afterwards. Completes when the request may end.</summary>
    public Task ServeAsync(Func<UpgradedConnection, Task> serve, ILogger logger)
    {
        if (!outlivesRequest)
        {
            return RunAsync(serve, logger);
        }

        // Nor what the server notes down about its requests, which the connection would carry along as long as it
        // lives.
        using (ExecutionContext.SuppressFlow())
        {
            _ = RunAsync(serve, logger);
        }

        return Task.CompletedTask;
    }

    private async Task RunAsync(Func<UpgradedConnection, Task> serve, ILogger logger)
    {
        await using (stream)
        {
            try
            {
                await serve(this);
            }
            catch (Exception exception)
            {
                // A bug; nobody waits for this task who could say so.
                LogFailed(logger, exception);
            }
        }
    }

    [LoggerMessage(SocketEventId.ConnectionFailed, LogLevel.Error, "A connection failed")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
