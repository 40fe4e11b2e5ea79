using Relay.Logging;

namespace Relay.Access;

/// <summary>
/// Notices that clients seem to come through a proxy that the settings do not name: then all of them count as one
/// address. Said once, because any client can write that header. Thread-safe.
/// </summary>
internal sealed partial class ForwardedSuspicion(bool areProxiesNamed, ILogger<ForwardedSuspicion> logger)
{
    private const string Header = "X-Forwarded-For";

    private int isSaid;

    public void Notice(HttpContext context)
    {
        if (!areProxiesNamed && Volatile.Read(ref isSaid) == 0 && context.Request.Headers.ContainsKey(Header)
            && Interlocked.Exchange(ref isSaid, 1) == 0)
        {
            LogForwarded(logger, context.Connection.RemoteIpAddress?.ToString());
        }
    }

    [LoggerMessage(
        LogEvents.ForwardedByStranger,
        LogLevel.Warning,
        "A request of {Address} says that it is forwarded for another client. If that is a proxy, name it in "
            + "Relay:Network:TrustedProxies: without, all its clients share one Limits:ConnectionsPerMinute")]
    private static partial void LogForwarded(ILogger logger, string? address);
}
