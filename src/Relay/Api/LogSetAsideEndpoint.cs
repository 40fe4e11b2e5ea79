using System.Text.Json.Nodes;
using Relay.Access;
using Relay.Backplane;
using Relay.Connections;
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
internal sealed partial class LogSetAsideEndpoint(RequestGate gate, BadLogs bad, ILogger<LogSetAsideEndpoint> logger)
{
    public const string Path = DocumentEndpoint.Path + "/log/set-aside";

    public async Task PostAsync(HttpContext context)
    {
        if (await DocumentRequest.NameAsync(context, following: 2) is not { } name
            || await gate.IdentifyAdminAsync(context) is null)
        {
            return;
        }

        try
        {
            var acceptsLoss = context.Request.Query["force"] == "true";
            await AnswerAsync(context, name, await bad.SetAsideAsync(name, acceptsLoss, context.RequestAborted));
        }
        catch (Exception exception)
            when (exception is BackplaneUnavailableException or SnapshotStoreUnavailableException)
        {
            LogFailed(logger, exception, name);
            await DocumentRequest.AnswerAsync(context, CloseReason.StoreUnavailable);
        }
    }

    private async Task AnswerAsync(HttpContext context, DocumentName name, SetAsideResult result)
    {
        switch (result.Outcome)
        {
            case SetAsideOutcome.Done:
                LogSetAside(logger, name, result.Loss);
                await JsonAnswer.WriteAsync(
                    context,
                    new JsonObject { ["place"] = result.Place, ["opens"] = result.Opens, ["loss"] = result.Loss });
                break;
            case SetAsideOutcome.WouldLose:
                await Problem.AnswerAsync(
                    context,
                    StatusCodes.Status409Conflict,
                    $"{result.Loss} To set the log aside all the same, ask with ?force=true.",
                    ProblemKind.WouldLose);
                break;
            default:
                await Problem.AnswerAsync(
                    context, StatusCodes.Status409Conflict, "The log is not what keeps this document from opening.");
                break;
        }
    }

    [LoggerMessage(
        LogEvents.LogSetAside, LogLevel.Warning, "An administrator set the log of {Document} aside; lost is: {Loss}")]
    private static partial void LogSetAside(ILogger logger, DocumentName document, string? loss);

    [LoggerMessage(LogEvents.LogSetAsideFailed, LogLevel.Warning, "The log of {Document} cannot be set aside now")]
    private static partial void LogFailed(ILogger logger, Exception exception, DocumentName document);
}
