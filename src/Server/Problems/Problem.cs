using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;

namespace Relay.Problems;

/// <summary>Refusals of HTTP requests as problem details (RFC 9457): the one place that makes them.</summary>
/// <remarks>
/// The framework's problem details service stays off: it adds an id of a trace to each refusal, and passes over clients
/// whose <c>Accept</c> names no JSON.
/// </remarks>
internal static class Problem
{
    private const int RetryAfterSeconds = 5;

    /// <summary>A refusal with a status and a sentence, for an endpoint to return.</summary>
    /// <param name="context">The request; its answer has not begun.</param>
    /// <param name="status">400 to 599.</param>
    /// <param name="detail">One sentence for people.</param>
    /// <param name="kind">What programs can tell it from others by; null where the status says all.</param>
    /// <param name="instance">
    /// A URI reference that names this very case; null where there is no place to look it up.
    /// </param>
    public static ProblemHttpResult Of(
        HttpContext context, int status, string detail, ProblemKind? kind = null, string? instance = null)
    {
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Problem(new ProblemDetails
        {
            Type = kind?.Type ?? "about:blank",
            Title = kind?.Title ?? ReasonPhrases.GetReasonPhrase(status),
            Status = status,
            Detail = detail,
            Instance = instance,
        });
    }

    /// <summary>A refusal of what may succeed soon: status 503 with <c>Retry-After</c>.</summary>
    public static ProblemHttpResult Later(HttpContext context, string detail, ProblemKind kind)
    {
        context.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        return Of(context, StatusCodes.Status503ServiceUnavailable, detail, kind);
    }

    /// <summary>Answers with a refusal, outside of endpoints.</summary>
    /// <inheritdoc cref="Of"/>
    public static Task AnswerAsync(
        HttpContext context, int status, string detail, ProblemKind? kind = null, string? instance = null) =>
        Of(context, status, detail, kind, instance).ExecuteAsync(context);
}
