using Microsoft.Extensions.Logging;
using Relay.Yjs;

namespace Relay.Backplane;

public sealed partial class FileLog
{
    [LoggerMessage(BackplaneEventId.FileLogStarted, LogLevel.Information,
        "The log in {Directory} holds {Documents} documents in {Segments} segments")]
    private static partial void LogStarted(ILogger logger, string directory, int segments, int documents);

    [LoggerMessage(BackplaneEventId.FileLogTailCut, LogLevel.Warning,
        "Cut off an incomplete end of the log: {File} at offset {Offset}, {Bytes} bytes, as a killed process or a "
            + "power cut leaves them")]
    internal static partial void LogTailCut(ILogger logger, string file, long offset, long bytes);

    [LoggerMessage(BackplaneEventId.FileLogDocumentDamaged, LogLevel.Error,
        "Document {Document} is refused: {Problem}")]
    internal static partial void LogDocumentDamaged(ILogger logger, DocumentName document, string problem);

    [LoggerMessage(BackplaneEventId.FileLogWriteFailed, LogLevel.Error,
        "The log cannot write to {File}; appends are refused until it can")]
    private partial void LogWriteFailed(Exception exception, string file);

    [LoggerMessage(BackplaneEventId.FileLogWritesAgain, LogLevel.Information, "The log writes again, to {File}")]
    private partial void LogWritesAgain(string file);

    [LoggerMessage(BackplaneEventId.FileLogSegmentRemoved, LogLevel.Debug,
        "Removed {File}, of which nothing is needed any more")]
    private partial void LogSegmentRemoved(string file);

    [LoggerMessage(BackplaneEventId.FileLogSegmentSetAside, LogLevel.Warning,
        "Set the damaged segment {File} aside as {Kept}; the log does not read it any more")]
    private partial void LogSegmentSetAside(string file, string kept);

    [LoggerMessage(BackplaneEventId.FileLogDocumentSetAside, LogLevel.Warning,
        "The damaged log of {Document} begins anew; all that it held is kept in {Place}")]
    private partial void LogDocumentSetAside(DocumentName document, string place);

    [LoggerMessage(BackplaneEventId.FileLogNotFlushed, LogLevel.Error,
        "The log in {Directory} could not be flushed to the disk when it was closed; a power cut may "
            + "cost its last entries")]
    private partial void LogNotFlushed(Exception exception, string directory);

    [LoggerMessage(BackplaneEventId.FileLogCleaningFailed, LogLevel.Warning,
        "Cleaning stopped at {File} and is tried again later")]
    private partial void LogCleaningFailed(Exception exception, string file);

    [LoggerMessage(BackplaneEventId.FileLogDocumentExpired, LogLevel.Debug,
        "The log of {Document} expired: a snapshot covers all of it")]
    private partial void LogDocumentExpired(DocumentName document);
}
