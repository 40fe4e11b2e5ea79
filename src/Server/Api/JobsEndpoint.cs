using Microsoft.AspNetCore.Http.HttpResults;
using Relay.Api.Answers;
using Relay.Api.Filters;
using Relay.Backplane;
using Relay.Logging;
using Relay.Sessions;

namespace Relay.Api;

/// <summary>
/// <c>GET /api/jobs</c>: documents with changes that no snapshot covers, those that failed first.
/// <c>POST /api/jobs/{document}/retry</c>: this node opens the document, if it is not open, and saves it now, also
/// where a snapshot is there and only its checkpoint is missing. For administrators.
/// </summary>
internal sealed partial class JobsEndpoint(SharedJobs jobs, DocumentSaver saver, ILogger<JobsEndpoint> logger)
{
    public async Task<Results<JsonHttpResult<JobList>, ProblemHttpResult>> GetAsync(
        HttpContext context, CancellationToken cancellation)
    {
        try
        {
            var found = await jobs.ListAsync(cancellation);
            return JsonAnswer.Of(context, new JobList([.. found.Select(job => new JobEntry(
                job.Document.Value, job.State, job.Attempts, job.DueAt.UtcDateTime, job.Problem))]));
        }
        catch (BackplaneUnavailableException exception)
        {
            LogUnavailable(logger, exception);
            return DocumentRefusal.Of(context, RefusalReason.StoreUnavailable);
        }
    }

    public async Task<Results<NoContent, Accepted, ProblemHttpResult>> RetryAsync(
        HttpContext context, CancellationToken cancellation)
    {
        var outcome = await saver.SaveAsync(ApiCall.Of(context).Document, again: true, cancellation);
        jobs.Forget();
        return outcome switch
        {
            // The save goes on, and the jobs tell how it ends.
            null => TypedResults.Accepted((string?)null),
            var (_, reason) when reason == RefusalReason.None => TypedResults.NoContent(),
            var (_, reason) => DocumentRefusal.Of(context, reason),
        };
    }

    [LoggerMessage(LogEvents.JobsUnavailable, LogLevel.Warning, "The jobs cannot be listed now")]
    private static partial void LogUnavailable(ILogger logger, Exception exception);
}
