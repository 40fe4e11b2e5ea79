using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Relay.Connections;
using Relay.Problems;
using Relay.Protocols;
using Relay.Yjs;

namespace Relay.Api;

/// <summary>
/// What all addresses under <c>/api/documents/{document}</c> have in common: the name in the path, and refusals.
/// </summary>
internal static class DocumentRequest
{
    public const string Prefix = "/api/documents/";

    private const int RetryAfterSeconds = 5;

    /// <summary>The document's name; nothing when it is none, and then that is answered.</summary>
    /// <param name="context">The request.</param>
    /// <param name="following">How many parts of the path come after the name.</param>
    /// <param name="prefix">What comes before it.</param>
    public static async ValueTask<DocumentName?> NameAsync(HttpContext context, int following = 0,
        string prefix = Prefix)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (EncodedPath.TryGetName(target, prefix, following, out var name, out var error))
        {
            return name;
        }

        await Problem.AnswerAsync(context, StatusCodes.Status400BadRequest, error);
        return null;
    }

    /// <summary>Says that nothing is stored of a document.</summary>
    public static Task AnswerAbsentAsync(HttpContext context) =>
        Problem.AnswerAsync(context, StatusCodes.Status404NotFound, "There is no such document.",
            ProblemKind.NoDocument);

    /// <summary>Says why a session or the stores refused, in the words in which a WebSocket would be told.</summary>
    public static Task AnswerAsync(HttpContext context, CloseReason reason)
    {
        var (status, kind) = reason switch
        {
            _ when reason == CloseReason.BadUpdate => (StatusCodes.Status400BadRequest, ProblemKind.BadUpdate),
            _ when reason == CloseReason.DocumentDeleted => (StatusCodes.Status410Gone, ProblemKind.DocumentDeleted),
            _ when reason == CloseReason.DocumentTooLarge => (StatusCodes.Status413PayloadTooLarge, ProblemKind.Limit),
            _ when reason == CloseReason.DocumentIsFull || reason == CloseReason.NodeIsFull =>
                (StatusCodes.Status503ServiceUnavailable, ProblemKind.Limit),
            _ when reason == CloseReason.DocumentUnreadable => (StatusCodes.Status500InternalServerError,
                ProblemKind.DocumentUnreadable),
            _ => (StatusCodes.Status503ServiceUnavailable, ProblemKind.StoreUnavailable),
        };
        return status == StatusCodes.Status503ServiceUnavailable
            ? AnswerLaterAsync(context, reason.Text, kind)
            : Problem.AnswerAsync(context, status, reason.Text, kind);
    }

    /// <summary>Says that the same request may have more luck soon.</summary>
    public static Task AnswerLaterAsync(HttpContext context, string detail, ProblemKind kind)
    {
        context.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        return Problem.AnswerAsync(context, StatusCodes.Status503ServiceUnavailable, detail, kind);
    }
}
