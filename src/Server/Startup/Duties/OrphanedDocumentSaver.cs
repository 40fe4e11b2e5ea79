using Relay.Background;
using Relay.Backplane;
using Relay.Connections;
using Relay.Logging;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Startup;

/// <summary>
/// Saves orphaned documents: those with entries that no snapshot covers, because their last node was killed. These
/// entries are safe in the log, but a log must not grow for ever under a document that no client opens again. So each
/// node claims such documents, a few at a time, and opens and leaves them, which saves them. A job that fails notes the
/// reason, is offered again later, and is never dropped.
/// </summary>
internal sealed partial class OrphanedDocumentSaver(
    ISaveJobs jobs,
    SessionRegistry sessions,
    OrphanedDocumentOptions options,
    TimeProvider time,
    ILogger<OrphanedDocumentSaver> logger)
    : PeriodicService(options.Interval, options.Interval, time, logger), IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => base.StartAsync(cancellationToken);

    /// <summary>
    /// Before the node sends its clients away: from then on no document is opened any more, and a visit that fails for
    /// that reason is no failure of the document.
    /// </summary>
    public Task StoppingAsync(CancellationToken cancellationToken) => base.StopAsync(cancellationToken);

    public override Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task<TimeSpan> RunOnceAsync(CancellationToken stopping)
    {
        var claimed = await jobs.ClaimOrphanedAsync(options.AtOnce, options.Lease, stopping);
        if (claimed.Count > 0)
        {
            LogClaimed(logger, claimed.Count);
        }

        await Task.WhenAll(claimed.Select(job => SaveAsync(job.Document, stopping)));

        // A full hand means that there may be more.
        return claimed.Count == options.AtOnce ? TimeSpan.Zero : options.Interval;
    }

    protected override void OnFailed(Exception exception, int failures)
    {
        if (failures == 1)
        {
            LogUnreachable(logger, exception);
        }
    }

    protected override void OnRecovered(int failures) => LogReachable(logger);

    private async Task SaveAsync(DocumentName name, CancellationToken cancellation)
    {
        if (await VisitAsync(name, cancellation) is { } failure)
        {
            if (failure == RefusalReason.DocumentDeleted)
            {
                // The visit has completed the deletion, or has said why it could not.
                return;
            }

            await FailAsync(name, CloseReason.Of(failure).Text, cancellation);
            return;
        }

        // A client may have come meanwhile: then it is that session's to save, and this node waits no longer than its
        // claim lasts.
        await WaitUntilGoneAsync(name, cancellation);
    }

    /// <summary>Opens a document and leaves it, and says why that failed; null if it did not.</summary>
    /// <remarks>
    /// Both waits complete a source of their own and never wait for a task with a timeout or a token: such a wait ends
    /// on the thread pool, and a whole node must be able to run without it, on one thread.
    /// </remarks>
    private async Task<RefusalReason?> VisitAsync(DocumentName name, CancellationToken cancellation)
    {
        var visited = new TaskCompletionSource<RefusalReason?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellation.UnsafeRegister(
            static (source, token) => ((TaskCompletionSource<RefusalReason?>)source!).TrySetCanceled(token), visited);
        sessions.Visit(name, (state, reason) => visited.TrySetResult(state is null ? reason : null));
        return await visited.Task;
    }

    /// <summary>Waits until the document's session is gone, for as long as a claim lasts.</summary>
    private async Task WaitUntilGoneAsync(DocumentName name, CancellationToken cancellation)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellation.UnsafeRegister(
            static (source, token) => ((TaskCompletionSource)source!).TrySetCanceled(token), ended);
        await using var lease = Time.CreateTimer(
            static source => ((TaskCompletionSource)source!).TrySetResult(), ended, options.Lease,
            Timeout.InfiniteTimeSpan);
        EndWith(sessions.WhenGoneAsync(name), ended);
        await ended.Task;
    }

    private static async void EndWith(Task gone, TaskCompletionSource ended)
    {
        await gone;
        ended.TrySetResult();
    }

    private async Task FailAsync(DocumentName name, string problem, CancellationToken cancellation)
    {
        LogNotSaved(logger, name, problem);
        try
        {
            await jobs.FailAsync(name, problem, cancellation);
        }
        catch (BackplaneUnavailableException)
        {
            // The claim runs out by itself, and it counts.
        }
    }

    [LoggerMessage(LogEvents.OrphanedClaimed, LogLevel.Information,
        "{Documents} documents are orphaned: no node saves changes that no snapshot covers; they are saved now")]
    private static partial void LogClaimed(ILogger logger, int documents);

    [LoggerMessage(LogEvents.OrphanedNotSaved, LogLevel.Warning,
        "{Document} has changes that no snapshot covers, and cannot be saved now: {Reason}")]
    private static partial void LogNotSaved(ILogger logger, DocumentName document, string reason);

    [LoggerMessage(LogEvents.SaveJobsUnreachable, LogLevel.Warning,
        "Orphaned documents cannot be looked for now")]
    private static partial void LogUnreachable(ILogger logger, Exception exception);

    [LoggerMessage(LogEvents.SaveJobsReachable, LogLevel.Information,
        "Orphaned documents can be looked for again")]
    private static partial void LogReachable(ILogger logger);
}
