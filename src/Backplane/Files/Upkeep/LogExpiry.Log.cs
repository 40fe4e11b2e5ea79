using Microsoft.Extensions.Logging;
using Relay.Yjs;

namespace Relay.Backplane;

internal sealed partial class LogExpiry
{
    [LoggerMessage(BackplaneEventId.FileLogDocumentExpired, LogLevel.Debug,
        "The log of {Document} expired: a snapshot covers all of it")]
    private partial void LogDocumentExpired(DocumentName document);
}
