using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Net.Http.Headers;

namespace Relay.Access;

/// <summary>
/// Which pages' scripts may use the API (the Fetch standard's CORS protocol): those of <c>Auth:AllowedOrigins</c>.
/// Where all origins are allowed, pages of every origin may if tokens are asked for: a token travels in the header, so
/// a page without one gets no more than <c>curl</c> would. Where none are asked for, no page of another origin
/// may: it could drive any node that its visitor's browser reaches.
/// </summary>
internal static class CrossOrigin
{
    /// <summary>
    /// For how long a browser may keep the answer to a preflight: Chromium's longest time is two hours.
    /// </summary>
    private static readonly TimeSpan PreflightAge = TimeSpan.FromHours(2);

    /// <summary>Must come before what answers requests for the API.</summary>
    /// <param name="app">The node.</param>
    /// <param name="prefix">Where the API is.</param>
    /// <param name="origins">The pages that may.</param>
    /// <param name="asksForTokens">Whether requests need a token.</param>
    public static void UseCrossOrigin(
        this WebApplication app, string prefix, AllowedOrigins origins, bool asksForTokens)
    {
        if (!origins.AreAll || asksForTokens)
        {
            app.UseWhen(
                context => context.Request.Path.StartsWithSegments(prefix, StringComparison.OrdinalIgnoreCase), api =>
            {
                if (!origins.AreAll)
                {
                    api.Use(VaryByOrigin);
                }

                api.UseCors(policy => Describe(policy, origins));
            });
        }
    }

    private static void Describe(CorsPolicyBuilder policy, AllowedOrigins origins)
    {
        policy.WithMethods(HttpMethods.Get, HttpMethods.Head, HttpMethods.Post, HttpMethods.Put, HttpMethods.Delete)
            .WithHeaders(HeaderNames.Authorization, HeaderNames.ContentType)
            .WithExposedHeaders(HeaderNames.Allow, HeaderNames.RetryAfter, HeaderNames.WWWAuthenticate)
            .SetPreflightMaxAge(PreflightAge);
        if (origins.AreAll)
        {
            policy.AllowAnyOrigin();
        }
        else
        {
            policy.SetIsOriginAllowed(origins.Allow);
        }
    }

    /// <summary>The framework says so in answers to origins that are allowed; a cache must know it of all.</summary>
    private static Task VaryByOrigin(HttpContext context, RequestDelegate next)
    {
        context.Response.OnStarting(
            static response =>
            {
                var headers = ((HttpResponse)response).Headers;
                var said = headers.GetCommaSeparatedValues(HeaderNames.Vary);
                if (!said.Contains(HeaderNames.Origin, StringComparer.OrdinalIgnoreCase))
                {
                    headers.Append(HeaderNames.Vary, HeaderNames.Origin);
                }

                return Task.CompletedTask;
            },
            context.Response);
        return next(context);
    }
}
