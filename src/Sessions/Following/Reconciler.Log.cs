using Relay.Yjs;

namespace Relay.Sessions;

internal sealed partial class Reconciler
{
    [LoggerMessage(
        SessionEventId.Reconciling,
        LogLevel.Warning,
        "The position {Position} of {Document} does not fit its log: reconciling")]
    private static partial void LogReconciling(ILogger logger, DocumentName document, Position position);

    [LoggerMessage(
        SessionEventId.FirstEntry, LogLevel.Debug, "{Document} has its first entry: reading what is stored of it")]
    private static partial void LogFirstEntry(ILogger logger, DocumentName document);

    [LoggerMessage(
        SessionEventId.Reconciled,
        LogLevel.Information,
        "Reconciled {Document} at {Position}: {LackingBytes} bytes are appended anew, {NewBytes} bytes were new")]
    private static partial void LogReconciled(
        ILogger logger, DocumentName document, Position position, int lackingBytes, int newBytes);

    [LoggerMessage(
        SessionEventId.ReconcileFailed, LogLevel.Error, "{Document} cannot be reconciled; it is tried again")]
    private static partial void LogReconcileFailed(ILogger logger, Exception exception, DocumentName document);
}
