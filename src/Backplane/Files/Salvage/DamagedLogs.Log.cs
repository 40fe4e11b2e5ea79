using Microsoft.Extensions.Logging;
using Relay.Yjs;

namespace Relay.Backplane;

internal sealed partial class DamagedLogs
{
    [LoggerMessage(BackplaneEventId.FileLogDocumentSetAside, LogLevel.Warning,
        "The damaged log of {Document} begins anew; all that it held is kept in {Place}")]
    private partial void LogDocumentSetAside(DocumentName document, string place);
}
