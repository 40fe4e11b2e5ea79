using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;

namespace Relay.Problems;

/// <summary>Writes refusals of HTTP requests as problem details (RFC 9457): the one place that does.</summary>
internal static class Problem
{
    public const string ContentType = "application/problem+json";

    /// <summary>Answers with a status and a sentence.</summary>
    /// <param name="context">The request; its answer has not begun.</param>
    /// <param name="status">400 to 599.</param>
    /// <param name="detail">One sentence for people.</param>
    /// <param name="kind">What programs can tell it from others by; nothing where the status says all.</param>
    /// <param name="instance">A URI reference that names this very case; nothing where nobody could look it up.</param>
    public static Task AnswerAsync(HttpContext context, int status, string detail, ProblemKind? kind = null,
        string? instance = null)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.CacheControl = "no-store";
        var problem = new JsonObject
        {
            ["type"] = kind?.Type ?? "about:blank",
            ["title"] = kind?.Title ?? ReasonPhrases.GetReasonPhrase(status),
            ["status"] = status,
            ["detail"] = detail,
        };
        if (instance is not null)
        {
            problem["instance"] = instance;
        }

        return context.Response.WriteAsJsonAsync(problem, (JsonSerializerOptions?)null, ContentType,
            context.RequestAborted);
    }
}
