using Microsoft.AspNetCore.Mvc;

namespace Relay.Api;

/// <summary>Says of addresses, for their description, what they answer.</summary>
internal static class Answering
{
    private const string Json = "application/json";
    private const string ProblemJson = "application/problem+json";

    /// <summary>JSON, with status 200.</summary>
    public static RouteHandlerBuilder Answers<T>(
        this RouteHandlerBuilder route, string description, string contentType = Json) =>
        route.Add(StatusCodes.Status200OK, description, typeof(T), contentType);

    /// <summary>A document's bytes, with status 200.</summary>
    public static RouteHandlerBuilder AnswersState(this RouteHandlerBuilder route) =>
        route.Add(
            StatusCodes.Status200OK, "The document: a Yjs update, format V1.", typeof(Stream), UpdateBody.ContentType);

    /// <summary>A status without a body.</summary>
    public static RouteHandlerBuilder AnswersEmpty(this RouteHandlerBuilder route, int status, string description) =>
        route.Add(status, description, typeof(void), null);

    /// <summary>A refusal that means something of its own at this address.</summary>
    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder route, int status, string description) =>
        route.Add(status, description, typeof(ProblemDetails), ProblemJson);

    /// <summary>Refusals that mean the same everywhere.</summary>
    public static T Refuses<T>(this T routes, params int[] statuses)
        where T : IEndpointConventionBuilder
    {
        foreach (var status in statuses)
        {
            routes.Add(status, MeaningOf(status), typeof(ProblemDetails), ProblemJson);
        }

        return routes;
    }

    private static T Add<T>(this T routes, int status, string description, Type type, string? contentType)
        where T : IEndpointConventionBuilder =>
        routes.WithMetadata(new ProducesResponseTypeMetadata(status, type, contentType is null ? null : [contentType])
        {
            Description = description,
        });

    private static string MeaningOf(int status) => status switch
    {
        StatusCodes.Status400BadRequest => "What was sent is not what this address takes.",
        StatusCodes.Status401Unauthorized => "No token, or one that is not valid.",
        StatusCodes.Status403Forbidden => "The token does not allow this.",
        StatusCodes.Status404NotFound => "There is no such thing.",
        StatusCodes.Status410Gone => "The document was deleted.",
        StatusCodes.Status413PayloadTooLarge => "The body is too large, or the document would be.",
        StatusCodes.Status415UnsupportedMediaType => "The body is of another media type.",
        StatusCodes.Status500InternalServerError => "What is stored does not read, or something went wrong inside.",
        StatusCodes.Status501NotImplemented => "This node keeps no metadata of documents.",
        StatusCodes.Status503ServiceUnavailable => "A store cannot be reached at the moment; see Retry-After.",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "It has no meaning of its own."),
    };
}
