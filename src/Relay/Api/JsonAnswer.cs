using System.Text.Json;
using System.Text.Json.Nodes;

namespace Relay.Api;

/// <summary>Answers in JSON, which nobody is to keep.</summary>
internal static class JsonAnswer
{
    public static Task WriteAsync(HttpContext context, JsonObject answer)
    {
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsJsonAsync(answer, (JsonSerializerOptions?)null, "application/json",
            context.RequestAborted);
    }
}
