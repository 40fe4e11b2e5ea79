using Relay.Logging;

namespace Relay.Protocols.Hocuspocus;

internal sealed partial class HocuspocusEndpoint
{
    [LoggerMessage(LogEvents.Connected, LogLevel.Debug, "A Hocuspocus client connected")]
    private static partial void LogConnected(ILogger logger);

    [LoggerMessage(LogEvents.Disconnected, LogLevel.Debug, "A Hocuspocus client disconnected ({Code} {Reason})")]
    private static partial void LogDisconnected(ILogger logger, int? code, string? reason);
}
