using Relay.Backplane;
using Relay.Connections;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Startup;

/// <summary>
/// After a start: documents whose last node was killed have entries that no snapshot covers. They are safe in the log; each is opened and left once, which saves it, a few at a time, so that a log does not grow for ever under a
/// document that nobody opens again.
/// </summary>
internal sealed partial class OrphanSaver(FileLog log, SessionRegistry sessions, ILogger<OrphanSaver> logger) : BackgroundService
{
    private const int AtOnce = 4;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var orphans = log.UnsavedDocuments();
        if (orphans.Count == 0)
        {
            return;
        }

        LogFound(logger, orphans.Count);
        await Parallel.ForEachAsync(orphans, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stoppingToken }, SaveAsync);
    }

    private async ValueTask SaveAsync(DocumentName name, CancellationToken cancellation)
    {
        var visited = new TaskCompletionSource<CloseReason?>(TaskCreationOptions.RunContinuationsAsynchronously);
        sessions.Visit(name, (state, reason) => visited.TrySetResult(state is null ? reason : null));
        if (await visited.Task.WaitAsync(cancellation) is { } failure)
        {
            LogNotSaved(logger, name, failure.Text);
        }
    }

    [LoggerMessage(LogEvents.OrphansFound, LogLevel.Information, "{Documents} documents have changes that no snapshot covers; they are saved now")]
    private static partial void LogFound(ILogger logger, int documents);

    [LoggerMessage(LogEvents.OrphanNotSaved, LogLevel.Warning, "{Document} has changes that no snapshot covers, and cannot be saved now: {Reason}")]
    private static partial void LogNotSaved(ILogger logger, DocumentName document, string reason);
}
