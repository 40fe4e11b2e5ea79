using System.Text.Json;
using System.Text.Json.Nodes;
using Relay.Access;
using Relay.Backplane;
using Relay.Connections;

namespace Relay.Api;

/// <summary>
/// <c>GET /api/jobs</c>: documents with changes that no snapshot covers, those that failed first.
/// <c>POST /api/jobs/{document}/retry</c>: this node opens the document, if it is not open, and saves it now, also
/// where a snapshot is there and only its checkpoint is missing. For administrators.
/// </summary>
internal sealed partial class JobsEndpoint(
    RequestGate gate, SharedJobs jobs, DocumentSaver saver, ILogger<JobsEndpoint> logger)
{
    public const string Path = "/api/jobs";
    public const string RetryPath = Path + "/{document}/retry";

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
        if (await DocumentRequest.NameAsync(context, following: 1, Path + "/") is not { } name
            || await gate.IdentifyAdminAsync(context) is null)
        {
            return;
        }

        if (await saver.SaveAsync(name, again: true, context.RequestAborted) is not { } outcome)
        {
            // The save goes on, and the jobs tell how it ends.
            context.Response.StatusCode = StatusCodes.Status202Accepted;
        }
        else if (outcome.Reason == CloseReason.Normal)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        else
        {
            await DocumentRequest.AnswerAsync(context, outcome.Reason);
        }

        jobs.Forget();
    }

    [LoggerMessage(LogEvents.JobsUnavailable, LogLevel.Warning, "The jobs cannot be listed now")]
    private static partial void LogUnavailable(ILogger logger, Exception exception);
}
