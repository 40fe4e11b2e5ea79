using Relay.Backplane;
using Relay.Logging;
using Relay.Yjs;

namespace Relay.Startup;

/// <summary>
/// A node that was alone and now joins others brings along what its file log holds and no snapshot covers: the entries
/// are appended to the shared log under their own ids, and the file log is told that they are safe only when all of a
/// document's are. So it may be repeated at any point, and no entry is removed from the files before its time.
/// </summary>
internal sealed partial class FileLogImport(string directory, IDocumentLog target, TimeProvider time,
    ILoggerFactory loggers)
{
    private const int AtOnce = 8;

    // Between a refusal that names the log's epoch and the next try the log would have to be lost, each time.
    private const int Tries = 10;

    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private readonly ILogger<FileLogImport> logger = loggers.CreateLogger<FileLogImport>();

    /// <exception cref="BackplaneUnavailableException">The shared log cannot be reached: to be repeated.</exception>
    /// <exception cref="FileLogStartException">There is a file log that does not read.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        // Opening a log would make one.
        if (!Directory.Exists(Path.Combine(directory, "log")))
        {
            return;
        }

        FileLog source;
        try
        {
            source = FileLog.Open(new FileLogOptions { Directory = directory, TimeProvider = time },
                loggers.CreateLogger<FileLog>());
        }
        catch (FileLogStartException exception) when (exception.IsInUse)
        {
            LogLeftAlone(logger, directory);
            return;
        }

        await using (source)
        {
            var unsaved = source.UnsavedDocuments();
            if (unsaved.Count == 0)
            {
                return;
            }

            LogStarted(logger, unsaved.Count, directory);
            await Parallel.ForEachAsync(unsaved,
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
                (document, token) => ImportAsync(source, document, token));
            LogDone(logger, unsaved.Count, directory);
        }
    }

    private async ValueTask ImportAsync(FileLog source, DocumentName document, CancellationToken cancellation)
    {
        var saved = (await source.ClaimAsync(document, Lease, cancellation)).Saved;
        var read = await source.ReadAsync(document, saved, cancellation);
        if (read.Outcome == LogReadOutcome.Damaged)
        {
            LogSkipped(logger, document, directory, read.Problem ?? "");
            return;
        }

        long epoch = 0;
        foreach (var entry in read.Entries)
        {
            // An import that was cut short has brought some of them.
            EntryId[] earlier = [entry.Position.Id];
            var copy = new LogEntry(entry.Position.Id, entry.Kind, entry.Payload)
            {
                Fields = entry.Fields,
                Earlier = earlier,
            };
            if (await AppendAsync(document, epoch, copy, cancellation) is not { } stored)
            {
                LogSkipped(logger, document, directory, "It was deleted here, but exists there.");
                return;
            }

            epoch = stored;
        }

        await source.CheckpointAsync(document, read.End, Position.None, cancellation);
    }

    /// <summary>
    /// Appends to whatever log there is, and gives its epoch; null for a deletion where there is one: it was of
    /// another document of that name.
    /// </summary>
    private async ValueTask<long?> AppendAsync(DocumentName document, long epoch, LogEntry entry,
        CancellationToken cancellation)
    {
        for (var i = 0; i < Tries; i++)
        {
            var result = await target.AppendAsync(document, epoch, entry, cancellation);
            if (result.Outcome != AppendOutcome.OtherEpoch)
            {
                return result.Position.Epoch;
            }

            if (entry.Kind == EntryKind.Deleted)
            {
                return null;
            }

            epoch = result.Position.Epoch;
        }

        throw new BackplaneUnavailableException(
            $"The log of a document that is imported from {directory} is lost again and again.");
    }

    [LoggerMessage(LogEvents.ImportStarted, LogLevel.Information,
        "{Documents} documents of the file log under {Path} have changes that no snapshot covers; they "
            + "are brought into Redis")]
    private static partial void LogStarted(ILogger logger, int documents, string path);

    [LoggerMessage(LogEvents.ImportDone, LogLevel.Information,
        "The changes of {Documents} documents of the file log under {Path} are in Redis now")]
    private static partial void LogDone(ILogger logger, int documents, string path);

    [LoggerMessage(LogEvents.ImportLeftAlone, LogLevel.Warning,
        "Another process uses the file log under {Path}: what it holds is not brought into Redis. If that is a node "
            + "that is alone, its documents are not those of this node")]
    private static partial void LogLeftAlone(ILogger logger, string path);

    [LoggerMessage(LogEvents.ImportDocumentSkipped, LogLevel.Warning,
        "{Document} has changes in the file log under {Path} that are not brought into Redis, and stay there: "
            + "{Reason}")]
    private static partial void LogSkipped(ILogger logger, DocumentName document, string path, string reason);
}
