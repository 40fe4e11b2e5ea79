namespace Relay.Access;

/// <summary>Tells browsers, with every answer, what they must not make of it.</summary>
/// <remarks>
/// A document's bytes and JSON hold what users wrote. Without these headers a browser could take them for a page or a
/// script, load them into a page of another site, or show them in a frame. Addresses may hold tokens, so no page that
/// is opened from an answer learns its address. The policy for resources concerns only loads that ignore CORS, as an
/// image's or a script's; what CORS allows is not affected.
/// </remarks>
internal static class BrowserRules
{
    private const string Html = "text/html";

    public static Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        // When the answer begins: an error handler may clear what was set before, and the content's type is known.
        context.Response.OnStarting(Set, context.Response);
        return next(context);
    }

    private static Task Set(object state)
    {
        var response = (HttpResponse)state;
        if (response.StatusCode == StatusCodes.Status101SwitchingProtocols)
        {
            // A WebSocket is not content.
            return Task.CompletedTask;
        }

        var headers = response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (response.ContentType?.StartsWith(Html, StringComparison.OrdinalIgnoreCase) == true)
        {
            // A page of another site could lay itself over its buttons. A page cannot forbid that in its own text.
            headers.XFrameOptions = "SAMEORIGIN";
            var page = response.HttpContext.Features.Get<PagePolicy>();
            headers.ContentSecurityPolicy = (page is null ? "" : page.Directives + "; ") + "frame-ancestors 'self'";
        }
        else
        {
            headers.XFrameOptions = "DENY";
            headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        }

        return Task.CompletedTask;
    }
}
