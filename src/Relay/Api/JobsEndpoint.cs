using System.Text.Json;
using System.Text.Json.Nodes;
using Relay.Access;
using Relay.Backplane;
using Relay.Connections;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Api;

/// <summary>
/// <c>GET /api/jobs</c>: documents with changes that no snapshot covers, those that failed first. <c>POST /api/jobs/{document}/retry</c>: this node opens the document and saves it now. For administrators.
/// </summary>
internal sealed partial class JobsEndpoint(RequestGate gate, SharedJobs jobs, SessionRegistry sessions, TimeProvider time, ILogger<JobsEndpoint> logger)
{
    public const string Path = "/api/jobs";
    public const string RetryPath = Path + "/{document}/retry";

    /// <summary>How long a request waits for a save.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public async Task GetAsync(HttpContext context)
    {
        if (await gate.IdentifyAdminAsync(context) is null)
        {
            return;
        }

        try
        {
            var found = await jobs.ListAsync(context.RequestAborted);
            await JsonAnswer.WriteAsync(context, new JsonObject
            {
                ["jobs"] = new JsonArray([.. found.Select(JsonNode (job) => new JsonObject
                {
                    ["document"] = job.Document.Value,
                    ["state"] = JsonNamingPolicy.CamelCase.ConvertName(job.State.ToString()),
                    ["attempts"] = job.Attempts,
                    ["dueAt"] = job.DueAt.UtcDateTime,
                    ["problem"] = job.Problem,
                })]),
            });
        }
        catch (BackplaneUnavailableException exception)
        {
            LogUnavailable(logger, exception);
            await DocumentRequest.AnswerAsync(context, CloseReason.StoreUnavailable);
        }
    }

    public async Task RetryAsync(HttpContext context)
    {
        if (await DocumentRequest.NameAsync(context, following: 1, Path + "/") is not { } name || await gate.IdentifyAdminAsync(context) is null)
        {
            return;
        }

        if (await VisitAsync(name, context.RequestAborted) is { } refusal)
        {
            await DocumentRequest.AnswerAsync(context, refusal);
            return;
        }

        try
        {
            await sessions.WhenGoneAsync(name).WaitAsync(Patience, time, context.RequestAborted);
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        catch (TimeoutException)
        {
            // Clients have it open, or the save fails and is tried again: the jobs tell.
            context.Response.StatusCode = StatusCodes.Status202Accepted;
        }

        jobs.Forget();
    }

    private async Task<CloseReason?> VisitAsync(DocumentName name, CancellationToken cancellation)
    {
        var visited = new TaskCompletionSource<CloseReason?>(TaskCreationOptions.RunContinuationsAsynchronously);
        sessions.Visit(name, (state, reason) => visited.TrySetResult(state is null ? reason : null));
        return await visited.Task.WaitAsync(cancellation);
    }

    [LoggerMessage(LogEvents.JobsUnavailable, LogLevel.Warning, "The jobs cannot be listed now")]
    private static partial void LogUnavailable(ILogger logger, Exception exception);
}
