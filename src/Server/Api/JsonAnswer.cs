using Microsoft.AspNetCore.Http.HttpResults;

namespace Relay.Api;

/// <summary>Answers in JSON, which no cache is to keep.</summary>
internal static class JsonAnswer
{
    private const string ContentType = "application/json";

    public static JsonHttpResult<T> Of<T>(HttpContext context, T answer)
    {
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(answer, contentType: ContentType);
    }
}
