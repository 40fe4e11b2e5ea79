using Microsoft.AspNetCore.Http.HttpResults;
using Relay.Api.Filters;
using Relay.Backplane;
using Relay.Logging;
using Relay.Persistence;
using Relay.Problems;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Api;

/// <summary>
/// <c>DELETE /api/documents/{document}</c> deletes a document for all clients and for good; <c>PUT</c> of it, without
/// a body, creates it again, empty. Both are for administrators: an editor's token lies in every page, and
/// what it deletes in a document its users can undo.
/// </summary>
internal sealed partial class DocumentLifeEndpoint(DocumentLife life, ILogger<DocumentLifeEndpoint> logger)
{
    public async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        HttpContext context, CancellationToken cancellation)
    {
        var name = ApiCall.Of(context).Document;
        var (outcome, refusal) = await ChangeAsync(context, name, () => life.DeleteAsync(name, cancellation));
        if (refusal is not null)
        {
            return refusal;
        }

        if (outcome == LifeOutcome.Done)
        {
            LogDeleted(logger, name);
        }

        return TypedResults.NoContent();
    }

    public async Task<Results<Created, NoContent, ProblemHttpResult>> PutAsync(
        HttpContext context, CancellationToken cancellation)
    {
        var name = ApiCall.Of(context).Document;
        var (outcome, refusal) = await ChangeAsync(context, name, () => life.CreateAsync(name, cancellation));
        if (refusal is not null)
        {
            return refusal;
        }

        if (outcome != LifeOutcome.Done)
        {
            return TypedResults.NoContent();
        }

        LogCreated(logger, name);
        return TypedResults.Created();
    }

    private async Task<(LifeOutcome Outcome, ProblemHttpResult? Refusal)> ChangeAsync(
        HttpContext context, DocumentName name, Func<ValueTask<LifeOutcome>> change)
    {
        try
        {
            var outcome = await change();
            return (outcome, outcome switch
            {
                LifeOutcome.NoDocument => DocumentRefusal.Absent(context),
                LifeOutcome.Unreadable => DocumentRefusal.Of(context, RefusalReason.DocumentUnreadable),
                _ => null,
            });
        }
        catch (LogDamagedException exception)
        {
            LogFailed(logger, exception, context.Request.Method, name);
            return (default, DocumentRefusal.Of(context, RefusalReason.DocumentUnreadable));
        }
        catch (Exception exception)
            when (exception is BackplaneUnavailableException or SnapshotStoreUnavailableException)
        {
            LogFailed(logger, exception, context.Request.Method, name);
            var refusal = Problem.Later(
                context,
                "A store does not answer, so whether this is done is not known. To ask again is harmless.",
                ProblemKind.StoreUnavailable);
            return (default, refusal);
        }
    }

    [LoggerMessage(LogEvents.DeletedByRequest, LogLevel.Information, "An administrator deleted {Document}")]
    private static partial void LogDeleted(ILogger logger, DocumentName document);

    [LoggerMessage(LogEvents.CreatedByRequest, LogLevel.Information, "An administrator created {Document} again")]
    private static partial void LogCreated(ILogger logger, DocumentName document);

    [LoggerMessage(LogEvents.LifeFailed, LogLevel.Warning, "A {Method} of {Document} failed")]
    private static partial void LogFailed(ILogger logger, Exception exception, string method, DocumentName document);
}
