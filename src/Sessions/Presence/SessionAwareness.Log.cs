using System.Net;
using Relay.Yjs;

namespace Relay.Sessions;

internal sealed partial class SessionAwareness
{
    [LoggerMessage(
        SessionEventId.PresenceNotTaken,
        LogLevel.Warning,
        "Presence that the client at {Client} shows at {Document} is not taken: it exceeds {Limit}")]
    private static partial void LogPresenceNotTaken(
        ILogger logger, IPAddress? client, DocumentName document, string limit);
}
