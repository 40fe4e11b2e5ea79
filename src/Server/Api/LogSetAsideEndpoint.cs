using Microsoft.AspNetCore.Http.HttpResults;
using Relay.Api.Answers;
using Relay.Api.Filters;
using Relay.Backplane;
using Relay.Logging;
using Relay.Persistence;
using Relay.Problems;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Api;

/// <summary>
/// <c>POST /api/documents/{document}/log/set-aside</c>: takes a log that does not read out of the way, so that its
/// document opens from the snapshots and the entries that read; with <c>?force=true</c> also where something is lost
/// with it. For administrators.
/// </summary>
internal sealed partial class LogSetAsideEndpoint(BadLogs bad, ILogger<LogSetAsideEndpoint> logger)
{
    public async Task<Results<JsonHttpResult<SetAsideAnswer>, ProblemHttpResult>> PostAsync(
        HttpContext context, string? force, CancellationToken cancellation)
    {
        var name = ApiCall.Of(context).Document;
        try
        {
            return Answer(context, name, await bad.SetAsideAsync(name, acceptsLoss: force == "true", cancellation));
        }
        catch (Exception exception)
            when (exception is BackplaneUnavailableException or SnapshotStoreUnavailableException)
        {
            LogFailed(logger, exception, name);
            return DocumentRefusal.Of(context, RefusalReason.StoreUnavailable);
        }
    }

    private Results<JsonHttpResult<SetAsideAnswer>, ProblemHttpResult> Answer(
        HttpContext context, DocumentName name, SetAsideResult result)
    {
        switch (result.Outcome)
        {
            case SetAsideOutcome.Done:
                LogSetAside(logger, name, result.Loss);
                return JsonAnswer.Of(context, new SetAsideAnswer(result.Place, result.Opens, result.Loss));
            case SetAsideOutcome.WouldLose:
                return Problem.Of(
                    context,
                    StatusCodes.Status409Conflict,
                    $"{result.Loss} To set the log aside all the same, ask with ?force=true.",
                    ProblemKind.WouldLose);
            default:
                return Problem.Of(
                    context, StatusCodes.Status409Conflict, "The log is not what keeps this document from opening.");
        }
    }

    [LoggerMessage(
        LogEvents.LogSetAside, LogLevel.Warning, "An administrator set the log of {Document} aside; lost is: {Loss}")]
    private static partial void LogSetAside(ILogger logger, DocumentName document, string? loss);

    [LoggerMessage(LogEvents.LogSetAsideFailed, LogLevel.Warning, "The log of {Document} cannot be set aside now")]
    private static partial void LogFailed(ILogger logger, Exception exception, DocumentName document);
}
