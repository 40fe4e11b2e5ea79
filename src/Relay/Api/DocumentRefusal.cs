using Microsoft.AspNetCore.Http.HttpResults;
using Relay.Connections;
using Relay.Problems;

namespace Relay.Api;

/// <summary>Refusals that several addresses of a document share.</summary>
internal static class DocumentRefusal
{
    /// <summary>No store holds anything of the document.</summary>
    public static ProblemHttpResult Absent(HttpContext context) =>
        Problem.Of(context, StatusCodes.Status404NotFound, "There is no such document.", ProblemKind.NoDocument);

    /// <summary>Why a session or the stores refused, in the words in which a WebSocket would be told.</summary>
    public static ProblemHttpResult Of(HttpContext context, CloseReason reason)
    {
        var (status, kind) = reason switch
        {
            _ when reason == CloseReason.BadUpdate => (StatusCodes.Status400BadRequest, ProblemKind.BadUpdate),
            _ when reason == CloseReason.DocumentDeleted => (StatusCodes.Status410Gone, ProblemKind.DocumentDeleted),
            _ when reason == CloseReason.DocumentTooLarge =>
                (StatusCodes.Status413PayloadTooLarge, ProblemKind.Limit),
            _ when reason == CloseReason.DocumentIsFull || reason == CloseReason.NodeIsFull =>
                (StatusCodes.Status503ServiceUnavailable, ProblemKind.Limit),
            _ when reason == CloseReason.DocumentUnreadable =>
                (StatusCodes.Status500InternalServerError, ProblemKind.DocumentUnreadable),
            _ => (StatusCodes.Status503ServiceUnavailable, ProblemKind.StoreUnavailable),
        };
        return status == StatusCodes.Status503ServiceUnavailable
            ? Problem.Later(context, reason.Text, kind) : Problem.Of(context, status, reason.Text, kind);
    }
}
