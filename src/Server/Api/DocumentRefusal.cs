using Microsoft.AspNetCore.Http.HttpResults;
using Relay.Connections;
using Relay.Problems;
using Relay.Sessions;

namespace Relay.Api;

/// <summary>Refusals that several addresses of a document share.</summary>
internal static class DocumentRefusal
{
    /// <summary>No store holds anything of the document.</summary>
    public static ProblemHttpResult Absent(HttpContext context) =>
        Problem.Of(context, StatusCodes.Status404NotFound, "There is no such document.", ProblemKind.NoDocument);

    /// <summary>Why a session or the stores refused, in the words in which a WebSocket would be told.</summary>
    public static ProblemHttpResult Of(HttpContext context, RefusalReason reason)
    {
        var (status, kind) = reason switch
        {
            RefusalReason.BadUpdate => (StatusCodes.Status400BadRequest, ProblemKind.BadUpdate),
            RefusalReason.DocumentDeleted => (StatusCodes.Status410Gone, ProblemKind.DocumentDeleted),
            RefusalReason.DocumentTooLarge => (StatusCodes.Status413PayloadTooLarge, ProblemKind.Limit),
            RefusalReason.DocumentIsFull or RefusalReason.NodeIsFull =>
                (StatusCodes.Status503ServiceUnavailable, ProblemKind.Limit),
            RefusalReason.DocumentUnreadable =>
                (StatusCodes.Status500InternalServerError, ProblemKind.DocumentUnreadable),
            _ => (StatusCodes.Status503ServiceUnavailable, ProblemKind.StoreUnavailable),
        };
        var sentence = CloseReason.Of(reason).Text;
        return status == StatusCodes.Status503ServiceUnavailable
            ? Problem.Later(context, sentence, kind) : Problem.Of(context, status, sentence, kind);
    }
}
