using Microsoft.Extensions.Logging;
using Relay.Yjs;

namespace Relay.Backplane;

internal sealed partial class DocumentRefusals
{
    [LoggerMessage(BackplaneEventId.FileLogDocumentDamaged, LogLevel.Error,
        "Document {Document} is refused: {Problem}")]
    internal static partial void LogDocumentDamaged(ILogger logger, DocumentName document, string problem);
}
