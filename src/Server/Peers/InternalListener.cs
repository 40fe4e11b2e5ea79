using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;
using Relay.Logging;

namespace Relay.Peers;

/// <summary>
/// The listener for peers: a server of its own, so that nothing public can be reached here and nothing internal there,
/// whatever the public addresses are. It opens before documents are loaded and closes after the last one has been left:
/// a node that leaves is asked until then.
/// </summary>
internal sealed partial class InternalListener : IHostedService, IDisposable
{
    private readonly IPEndPoint address;
    private readonly KestrelServer server;
    private readonly PeerApplication application;
    private readonly ILogger<InternalListener> logger;

    /// <param name="address">Where to listen.</param>
    /// <param name="endpoint">Answers questions about documents.</param>
    /// <param name="link">Accepts links; null where the node has none.</param>
    /// <param name="loggers">The logs.</param>
    public InternalListener(
        IPEndPoint address, PeerStateEndpoint endpoint, RequestDelegate? link, ILoggerFactory loggers)
    {
        this.address = address;
        application = new PeerApplication(endpoint, link, loggers);
        logger = loggers.CreateLogger<InternalListener>();
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxRequestBodySize = 0;
        options.Limits.MaxRequestHeadersTotalSize = 16 << 10;
        options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        options.Listen(address, listen => listen.Protocols = HttpProtocols.Http1);
        server = new KestrelServer(Options.Create(options),
            new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggers), loggers);
    }

    /// <exception cref="InternalListenerException">The address cannot be listened on.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await server.StartAsync(application, cancellationToken);
        }
        catch (IOException exception)
        {
            throw new InternalListenerException(
                $"Nothing can listen for other nodes at {address} (Relay:Internal:Port): {exception.Message}",
                exception);
        }

        LogListening(logger, address);
    }

    public Task StopAsync(CancellationToken cancellationToken) => server.StopAsync(cancellationToken);

    public void Dispose() => server.Dispose();

    [LoggerMessage(LogEvents.InternalListening, LogLevel.Information, "Other nodes are heard at {Address}")]
    private static partial void LogListening(ILogger logger, IPEndPoint address);
}
