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
/// <c>POST /api/documents/{document}/snapshots/{id}/set-aside</c>: takes a snapshot that does not read out of the way,
/// so that its document opens from what is left; with <c>?force=true</c> also where something is lost with it.
/// For administrators.
/// </summary>
internal sealed partial class SnapshotSetAsideEndpoint(
    StoredSnapshots stored, BadSnapshots bad, ILogger<SnapshotSetAsideEndpoint> logger)
{
    public async Task<Results<JsonHttpResult<SetAsideAnswer>, ProblemHttpResult>> PostAsync(
        HttpContext context, string id, string? force, CancellationToken cancellation)
    {
        var name = ApiCall.Of(context).Document;
        var (snapshot, refusal) = await stored.FindAsync(context, name, id, cancellation);
        if (refusal is not null)
        {
            return refusal;
        }

        try
        {
            var result = await bad.SetAsideAsync(name, snapshot, acceptsLoss: force == "true", cancellation);
            return Answer(context, name, snapshot, result);
        }
        catch (LogDamagedException exception)
        {
            LogFailed(logger, exception, name);
            return DocumentRefusal.Of(context, RefusalReason.DocumentUnreadable);
        }
        catch (Exception exception)
            when (exception is BackplaneUnavailableException or SnapshotStoreUnavailableException)
        {
            LogFailed(logger, exception, name);
            return DocumentRefusal.Of(context, RefusalReason.StoreUnavailable);
        }
    }

    private Results<JsonHttpResult<SetAsideAnswer>, ProblemHttpResult> Answer(
        HttpContext context, DocumentName name, SnapshotInfo snapshot, SetAsideResult result)
    {
        switch (result.Outcome)
        {
            case SetAsideOutcome.Gone:
                return StoredSnapshots.Absent(context);
            case SetAsideOutcome.Reads:
                return Problem.Of(
                    context, StatusCodes.Status409Conflict, "The snapshot reads, so it blocks no document.");
            case SetAsideOutcome.WouldLose:
                return Problem.Of(
                    context,
                    StatusCodes.Status409Conflict,
                    $"{result.Loss} To set it aside all the same, ask with ?force=true.",
                    ProblemKind.WouldLose);
            default:
                LogSetAside(logger, name, snapshot.Position, result.Place!);
                return JsonAnswer.Of(context, new SetAsideAnswer(result.Place, result.Opens, result.Loss));
        }
    }

    [LoggerMessage(LogEvents.SnapshotSetAside, LogLevel.Warning,
        "An administrator set the snapshot of {Document} at {Position} aside; it lies at {Place}")]
    private static partial void LogSetAside(ILogger logger, DocumentName document, Position position, string place);

    [LoggerMessage(LogEvents.SetAsideFailed, LogLevel.Warning, "A snapshot of {Document} cannot be set aside now")]
    private static partial void LogFailed(ILogger logger, Exception exception, DocumentName document);
}
