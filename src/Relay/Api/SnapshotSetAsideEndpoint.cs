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
/// <c>POST /api/documents/{document}/snapshots/{id}/set-aside</c>: takes a snapshot that does not read out of the way,
/// so that its document opens from what is left; with <c>?force=true</c> also where something is lost with it.
/// For administrators.
/// </summary>
internal sealed partial class SnapshotSetAsideEndpoint(RequestGate gate, StoredSnapshots stored, BadSnapshots bad,
    ILogger<SnapshotSetAsideEndpoint> logger)
{
    public const string Path = SnapshotsEndpoint.OnePath + "/set-aside";

    public async Task PostAsync(HttpContext context)
    {
        if (await DocumentRequest.NameAsync(context, following: 3) is not { } name
            || await gate.IdentifyAdminAsync(context) is null
            || await stored.FindAsync(context, name) is not { } snapshot)
        {
            return;
        }

        try
        {
            await AnswerAsync(context, name, snapshot,
                await bad.SetAsideAsync(name, snapshot, context.Request.Query["force"] == "true",
                    context.RequestAborted));
        }
        catch (LogDamagedException exception)
        {
            LogFailed(logger, exception, name);
            await DocumentRequest.AnswerAsync(context, CloseReason.DocumentUnreadable);
        }
        catch (Exception exception) when (exception is BackplaneUnavailableException
            or SnapshotStoreUnavailableException)
        {
            LogFailed(logger, exception, name);
            await DocumentRequest.AnswerAsync(context, CloseReason.StoreUnavailable);
        }
    }

    private async Task AnswerAsync(HttpContext context, DocumentName name, SnapshotInfo snapshot, SetAsideResult result)
    {
        switch (result.Outcome)
        {
            case SetAsideOutcome.Gone:
                await StoredSnapshots.AnswerAbsentAsync(context);
                break;
            case SetAsideOutcome.Reads:
                await Problem.AnswerAsync(context, StatusCodes.Status409Conflict,
                    "The snapshot reads, so it is in nobody's way.");
                break;
            case SetAsideOutcome.WouldLose:
                await Problem.AnswerAsync(context, StatusCodes.Status409Conflict,
                    $"{result.Loss} To set it aside all the same, ask with ?force=true.", ProblemKind.WouldLose);
                break;
            default:
                LogSetAside(logger, name, snapshot.Position, result.Place!);
                await JsonAnswer.WriteAsync(context,
                    new JsonObject { ["place"] = result.Place, ["opens"] = result.Opens, ["loss"] = result.Loss });
                break;
        }
    }

    [LoggerMessage(LogEvents.SnapshotSetAside, LogLevel.Warning,
        "An administrator set the snapshot of {Document} at {Position} aside; it lies at {Place}")]
    private static partial void LogSetAside(ILogger logger, DocumentName document, Position position, string place);

    [LoggerMessage(LogEvents.SetAsideFailed, LogLevel.Warning, "A snapshot of {Document} cannot be set aside now")]
    private static partial void LogFailed(ILogger logger, Exception exception, DocumentName document);
}
