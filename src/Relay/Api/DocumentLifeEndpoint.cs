using Relay.Access;
using Relay.Backplane;
using Relay.Connections;
using Relay.Persistence;
using Relay.Problems;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Api;

/// <summary>
/// <c>DELETE /api/documents/{document}</c> deletes a document for everybody and for good; <c>PUT</c> of it, without a
/// body, creates it again, with nothing in it. Both are for administrators: an editor's token lies in every page, and
/// what it deletes in a document its users can undo.
/// </summary>
internal sealed partial class DocumentLifeEndpoint(RequestGate gate, DocumentLife life,
    ILogger<DocumentLifeEndpoint> logger)
{
    public Task DeleteAsync(HttpContext context) => ChangeAsync(context, async (name, cancellation) =>
    {
        var outcome = await life.DeleteAsync(name, cancellation);
        if (outcome == LifeOutcome.Done)
        {
            LogDeleted(logger, name);
        }

        return (outcome, StatusCodes.Status204NoContent);
    });

    public Task PutAsync(HttpContext context) => ChangeAsync(context, async (name, cancellation) =>
    {
        var outcome = await life.CreateAsync(name, cancellation);
        if (outcome == LifeOutcome.Done)
        {
            LogCreated(logger, name);
        }

        return (outcome, outcome == LifeOutcome.Done ? StatusCodes.Status201Created : StatusCodes.Status204NoContent);
    });

    private async Task ChangeAsync(HttpContext context,
        Func<DocumentName, CancellationToken, Task<(LifeOutcome Outcome, int Status)>> change)
    {
        if (await DocumentRequest.NameAsync(context) is not { } name || await gate.IdentifyAdminAsync(context) is null)
        {
            return;
        }

        try
        {
            var (outcome, status) = await change(name, context.RequestAborted);
            switch (outcome)
            {
                case LifeOutcome.NoDocument:
                    await DocumentRequest.AnswerAbsentAsync(context);
                    break;
                case LifeOutcome.Unreadable:
                    await DocumentRequest.AnswerAsync(context, CloseReason.DocumentUnreadable);
                    break;
                default:
                    context.Response.StatusCode = status;
                    break;
            }
        }
        catch (LogDamagedException exception)
        {
            LogFailed(logger, exception, context.Request.Method, name);
            await DocumentRequest.AnswerAsync(context, CloseReason.DocumentUnreadable);
        }
        catch (Exception exception) when (exception is BackplaneUnavailableException
            or SnapshotStoreUnavailableException)
        {
            LogFailed(logger, exception, context.Request.Method, name);
            await DocumentRequest.AnswerLaterAsync(context,
                "A store does not answer, so whether this is done is not known. To ask again is harmless.",
                ProblemKind.StoreUnavailable);
        }
    }

    [LoggerMessage(LogEvents.DeletedByRequest, LogLevel.Information, "An administrator deleted {Document}")]
    private static partial void LogDeleted(ILogger logger, DocumentName document);

    [LoggerMessage(LogEvents.CreatedByRequest, LogLevel.Information, "An administrator created {Document} again")]
    private static partial void LogCreated(ILogger logger, DocumentName document);

    [LoggerMessage(LogEvents.LifeFailed, LogLevel.Warning, "A {Method} of {Document} failed")]
    private static partial void LogFailed(ILogger logger, Exception exception, string method, DocumentName document);
}
