using Microsoft.Net.Http.Headers;

namespace Relay.Api;

/// <summary>What a request says that its body is.</summary>
internal static class MediaType
{
    /// <summary>Whether it says exactly this, with or without parameters.</summary>
    public static bool Is(HttpRequest request, string type) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var given)
            && given.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase);
}
