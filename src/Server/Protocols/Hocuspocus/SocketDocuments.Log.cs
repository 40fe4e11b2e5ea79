using Relay.Logging;
using Relay.Yjs;

namespace Relay.Protocols.Hocuspocus;

internal sealed partial class SocketDocuments
{
    [LoggerMessage(
        LogEvents.PresenceUnreadable,
        LogLevel.Information,
        "{Dropped} presence messages of a client to {Address} do not read and were dropped; the last: {Error}")]
    private static partial void LogUnreadablePresence(ILogger logger, long dropped, string address, YjsError error);
}
