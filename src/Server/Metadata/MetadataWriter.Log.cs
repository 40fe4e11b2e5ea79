using Relay.Logging;

namespace Relay.Metadata;

internal sealed partial class MetadataWriter
{
    [LoggerMessage(
        LogEvents.MetadataAway,
        LogLevel.Warning,
        "Metadata of documents waits in memory, because {Store} cannot be used; documents do not need it")]
    private static partial void LogAway(ILogger logger, Exception exception, string store);

    [LoggerMessage(
        LogEvents.MetadataBack,
        LogLevel.Information,
        "Metadata of documents that waited is written: {Store} can be used again after {Failures} tries")]
    private static partial void LogBack(ILogger logger, string store, int failures);

    [LoggerMessage(LogEvents.MetadataOff, LogLevel.Error, "No metadata of documents is kept by this node: {Reason}")]
    private static partial void LogOff(ILogger logger, Exception? exception, string reason);

    [LoggerMessage(
        LogEvents.MetadataDropped,
        LogLevel.Warning,
        "Metadata of documents is incomplete: {Rows} rows were dropped, because {Store} could not be used for too "
        + "long")]
    private static partial void LogDropped(ILogger logger, long rows, string store);

    [LoggerMessage(
        LogEvents.MetadataRefused,
        LogLevel.Error,
        "A batch of metadata of documents is dropped, because {Store} does not take it")]
    private static partial void LogRefused(ILogger logger, Exception exception, string store);

    [LoggerMessage(
        LogEvents.DeadNodesBuried,
        LogLevel.Information,
        "{Nodes} nodes have died; their open connections are closed in the metadata of documents")]
    private static partial void LogBuried(ILogger logger, long nodes);

    [LoggerMessage(
        LogEvents.NodeForgotten,
        LogLevel.Warning,
        "The metadata of documents said that this node had died; its open documents are written again")]
    private static partial void LogForgotten(ILogger logger);

    [LoggerMessage(LogEvents.DaysNotDropped, LogLevel.Debug, "Old days of single connections cannot be dropped now")]
    private static partial void LogNotPruned(ILogger logger, Exception exception);

    [LoggerMessage(
        LogEvents.DaysDropped,
        LogLevel.Information,
        "{Days} days of single connections are dropped from the metadata of documents; hourly figures stay")]
    private static partial void LogPruned(ILogger logger, int days);
}
